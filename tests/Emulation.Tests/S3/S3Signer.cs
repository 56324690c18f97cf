using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Signs S3 requests, chunks and URLs. Independent of the code under test.</summary>
internal sealed record S3Signer(string AccessKeyId, string SecretAccessKey, string Region)
{
    public string? SessionToken { get; init; }

    public string Service { get; init; } = "s3";

    private string _previous = string.Empty;
    private string _stamp = string.Empty;

    /// <summary>Signs a request; <paramref name="payload"/> is the hash of the body or the signing mode.</summary>
    public void Sign(HttpRequestMessage request, string payload, DateTimeOffset time)
    {
        Start(time);
        request.Headers.TryAddWithoutValidation("x-amz-date", _stamp);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", payload);
        if (SessionToken is not null)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", SessionToken);
        }

        SortedDictionary<string, string> signed = new(StringComparer.Ordinal) { ["host"] = HostOf(request) };
        foreach (KeyValuePair<string, IEnumerable<string>> header in request.Headers)
        {
            string lower = Lower(header.Key);
            if (lower.StartsWith("x-amz-", StringComparison.Ordinal))
            {
                signed[lower] = string.Join(",", header.Value);
            }
        }

        string names = string.Join(";", signed.Keys);
        string query = string.Join("&", request.RequestUri!.Query.TrimStart('?')
            .Split(new[] { '&' }, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.IndexOf('=') >= 0 ? part : part + "=")
            .Order(StringComparer.Ordinal));
        string canonical = $"{request.Method}\n{request.RequestUri.AbsolutePath}\n{query}\n"
            + string.Concat(signed.Select(each => $"{each.Key}:{each.Value}\n")) + $"\n{names}\n{payload}";
        _previous = SignatureOf(canonical);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{Scope}, SignedHeaders={names}, Signature={_previous}");
    }

    /// <summary>Returns the signature of the next chunk.</summary>
    public string Chunk(byte[] data) => Next(
        $"AWS4-HMAC-SHA256-PAYLOAD\n{_stamp}\n{Scope}\n{_previous}\n"
            + $"{Hex(SHA256.HashData([]))}\n{Hex(SHA256.HashData(data))}");

    /// <summary>Returns the signature of trailing headers, each with its line break.</summary>
    public string Trailer(string lines) => Next(
        $"AWS4-HMAC-SHA256-TRAILER\n{_stamp}\n{Scope}\n{_previous}\n"
            + Hex(SHA256.HashData(Encoding.UTF8.GetBytes(lines))));

    public string Presign(string method, Uri url, DateTimeOffset time, int seconds)
    {
        Start(time);
        SortedDictionary<string, string> query = new(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = "AWS4-HMAC-SHA256",
            ["X-Amz-Credential"] = $"{AccessKeyId}/{Scope}",
            ["X-Amz-Date"] = _stamp,
            ["X-Amz-Expires"] = seconds.ToString(CultureInfo.InvariantCulture),
            ["X-Amz-SignedHeaders"] = "host",
        };
        if (SessionToken is not null)
        {
            query["X-Amz-Security-Token"] = SessionToken;
        }

        string text = string.Join("&", query.Select(each => $"{each.Key}={Uri.EscapeDataString(each.Value)}"));
        string canonical = $"{method}\n{url.AbsolutePath}\n{text}\nhost:{url.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        return $"{url}?{text}&X-Amz-Signature={SignatureOf(canonical)}";
    }

    public static string HashOf(byte[] body) => Hex(SHA256.HashData(body));

    private string Scope => $"{_stamp[..8]}/{Region}/{Service}/aws4_request";

    private static string HostOf(HttpRequestMessage request) => request.Headers.Host ?? request.RequestUri!.Authority;

#pragma warning disable CA1308 // Signatures and signed names are in lower case.
    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308

    private void Start(DateTimeOffset time) =>
        _stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string Next(string toSign)
    {
        _previous = Hex(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(toSign)));
        return _previous;
    }

    private string SignatureOf(string canonical) =>
        Next($"AWS4-HMAC-SHA256\n{_stamp}\n{Scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}");

    private byte[] Key => Scope.Split('/').Aggregate(
        Encoding.UTF8.GetBytes("AWS4" + SecretAccessKey),
        (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
}
