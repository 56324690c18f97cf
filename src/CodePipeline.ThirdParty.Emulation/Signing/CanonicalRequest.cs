using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.Signing;

/// <summary>Creates the canonical request of Signature Version 4.</summary>
internal static class CanonicalRequest
{
    private const string Unreserved = "-_.~";

    internal static string Create(HttpRequest call, string signedHeaders) => Create(
        call,
        signedHeaders,
        Path(call.RawPath),
        Query(call.RawQuery, leftOut: null),
        Hashing.Hex(Hashing.Sha256(call.Body)));

    /// <summary>
    /// Follows S3's rules: the path is encoded once and keeps dot segments, and the client supplies the payload hash.
    /// </summary>
    internal static string CreateForS3(
        HttpRequest call, string signedHeaders, string payloadHash, string? leftOutOfQuery) => Create(
        call,
        signedHeaders,
        string.Join("/", call.RawPath.Split('/').Select(segment => Encode(Uri.UnescapeDataString(segment)))),
        Query(call.RawQuery, leftOutOfQuery),
        payloadHash);

    private static string Create(
        HttpRequest call, string signedHeaders, string path, string query, string payloadHash)
    {
        StringBuilder text = new(512);
        text.Append(call.Method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (string name in signedHeaders.Split(';'))
        {
            text.Append(name).Append(':');
            AppendHeader(text, call.Headers[name] ?? string.Empty);
            text.Append('\n');
        }

        text.Append('\n').Append(signedHeaders).Append('\n');
        return text.Append(payloadHash).ToString();
    }

    /// <summary>Trims the value and collapses repeated spaces.</summary>
    private static void AppendHeader(StringBuilder text, string value)
    {
        bool space = false;
        foreach (char c in value.Trim())
        {
            if (c != ' ' || !space)
            {
                text.Append(c);
            }

            space = c == ' ';
        }
    }

    /// <summary>
    /// Removes dot segments and encodes the path a second time, as every service except S3 does.
    /// </summary>
    private static string Path(string rawPath)
    {
        if (rawPath.Length <= 1)
        {
            return "/";
        }

        List<string> segments = new();
        foreach (string segment in rawPath.Split('/'))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }
            }
            else if (segment.Length > 0 && segment != ".")
            {
                segments.Add(Encode(segment));
            }
        }

        string path = "/" + string.Join("/", segments);
        return path.Length > 1 && rawPath.EndsWith("/", StringComparison.Ordinal) ? path + "/" : path;
    }

    private static string Query(string rawQuery, string? leftOut)
    {
        if (rawQuery.Length == 0)
        {
            return string.Empty;
        }

        IEnumerable<KeyValuePair<string, string>> pairs = rawQuery.Split('&')
            .Where(part => part.Length > 0)
            .Select(part => part.Split(new[] { '=' }, 2))
            .Where(pair => pair[0] != leftOut)
            .Select(pair => new KeyValuePair<string, string>(
                Encode(Uri.UnescapeDataString(pair[0])),
                pair.Length == 2 ? Encode(Uri.UnescapeDataString(pair[1])) : string.Empty))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal);
        return string.Join("&", pairs.Select(pair => pair.Key + "=" + pair.Value));
    }

    /// <summary>Percent-encodes everything except ASCII letters, digits and <c>- _ . ~</c>.</summary>
    internal static string Encode(string text)
    {
        StringBuilder encoded = new(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (c is (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') || Unreserved.IndexOf(c) >= 0)
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            }
        }

        return encoded.ToString();
    }
}
