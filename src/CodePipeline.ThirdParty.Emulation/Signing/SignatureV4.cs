using System;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.Signing;

/// <summary>The rules of Signature Version 4 that CodePipeline and S3 share.</summary>
internal static class SignatureV4
{
    internal const string Terminator = "aws4_request";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Parses a time such as <c>20150830T123600Z</c>.</summary>
    internal static bool TryParseTime(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>Formats a time as <see cref="TryParseTime"/> accepts it.</summary>
    internal static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Returns the headers of a request that must be signed (Host and x-amz-*) but are not.</summary>
    /// <param name="call">The request.</param>
    /// <param name="signedHeaders">The names of the signed headers, separated by semicolons.</param>
    internal static string[] UnsignedHeaders(HttpRequest call, string signedHeaders)
    {
        string[] signed = signedHeaders.Split(';');
        return call.Headers.AllKeys.OfType<string>()
            .Where(name => name.Equals("host", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
            .Where(name => !signed.Contains(name, StringComparer.OrdinalIgnoreCase))
            .ToArray();
    }

    /// <summary>Whether the date of a credential scope is the date of the signature's time.</summary>
    internal static bool IsDateOf(string date, string time) =>
        date.Length == 8 && time.StartsWith(date, StringComparison.Ordinal);

    /// <summary>Returns the credential scope.</summary>
    internal static string Scope(string date, string region, string service) =>
        $"{date}/{region}/{service}/{Terminator}";

    /// <summary>Derives the signing key from a secret access key.</summary>
    internal static byte[] DeriveKey(string secretAccessKey, string date, string region, string service)
    {
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (string part in new[] { date, region, service, Terminator })
        {
            key = Hashing.HmacSha256(key, part);
        }

        return key;
    }

    /// <summary>Returns the signature of a canonical request in lower-case hex.</summary>
    internal static string Sign(byte[] key, string time, string scope, byte[] canonicalRequest) =>
        Hashing.Hex(Hashing.HmacSha256(key, string.Join(
            "\n",
            AuthorizationHeader.Algorithm,
            time,
            scope,
            Hashing.Hex(Hashing.Sha256(canonicalRequest)))));
}
