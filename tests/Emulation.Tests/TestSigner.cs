using System;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Signs a request with Signature Version 4. Independent of the code under test.</summary>
internal sealed record TestSigner(string AccessKeyId, string SecretAccessKey, string Region)
{
    public string Service { get; init; } = "codepipeline";

    public string Terminator { get; init; } = "aws4_request";

    /// <summary>Headers to sign in addition to Host. Missing headers are signed with an empty value.</summary>
    public string[] Headers { get; init; } = ["content-type", "host", "x-amz-date", "x-amz-target"];

    /// <summary>The date of the credential scope, if it differs from the signature's date.</summary>
    public string? ScopeDate { get; init; }

    public void Sign(HttpRequestMessage request, byte[] body, DateTimeOffset time)
    {
        string stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.Remove("X-Amz-Date");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", stamp);
        string scope = $"{ScopeDate ?? stamp[..8]}/{Region}/{Service}/{Terminator}";
        string[] names = [.. Headers.OrderBy(name => name, StringComparer.Ordinal)];
        string signedHeaders = string.Join(";", names);
        string canonical = $"{request.Method}\n{request.RequestUri!.AbsolutePath}\n\n"
            + string.Concat(names.Select(name => $"{name}:{ValueOf(request, name)}\n"))
            + $"\n{signedHeaders}\n{Hex(SHA256.HashData(body))}";
        string toSign =
            $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretAccessKey), Hmac);
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}, SignedHeaders={signedHeaders}, "
                + $"Signature={Hex(Hmac(key, toSign))}");
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

#pragma warning disable CA1308 // Signatures are in lower case.
    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
#pragma warning restore CA1308

    private static string ValueOf(HttpRequestMessage request, string name)
    {
        if (name == "host")
        {
            return request.RequestUri!.Authority;
        }

        return request.Headers.TryGetValues(name, out System.Collections.Generic.IEnumerable<string>? values)
            || request.Content!.Headers.TryGetValues(name, out values)
                ? string.Join(",", values)
                : string.Empty;
    }
}
