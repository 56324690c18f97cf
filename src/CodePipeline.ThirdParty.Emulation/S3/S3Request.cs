using System;
using System.Collections.Generic;
using System.Globalization;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>An S3 request: bucket, key and parameters.</summary>
internal sealed class S3Request
{
    private const string LocalSuffix = ".localhost";

    private S3Request(HttpRequest http, string? bucket, string? key)
    {
        Http = http;
        Bucket = bucket;
        Key = key;
        Query = Parameters(http.RawQuery);
    }

    internal HttpRequest Http { get; }

    /// <summary>The bucket; <see langword="null"/> for ListBuckets.</summary>
    internal string? Bucket { get; }

    /// <summary>The key; <see langword="null"/> for an operation on the bucket.</summary>
    internal string? Key { get; }

    internal IReadOnlyDictionary<string, string> Query { get; }

    /// <summary>Whether a request is an S3 request and not one of the five job operations.</summary>
    internal static bool IsFor(HttpRequest call)
    {
        if (call.Headers["X-Amz-Target"] is not null)
        {
            return false;
        }

        string authorization = call.Headers["Authorization"] ?? string.Empty;
        return call.RawPath != "/"
            || authorization.IndexOf("/s3/aws4_request", StringComparison.Ordinal) > 0
            || call.RawQuery.IndexOf("X-Amz-Credential=", StringComparison.Ordinal) >= 0
            || HostBucket(call) is not null;
    }

    internal static S3Request Read(HttpRequest call)
    {
        string path = call.RawPath.Substring(1);
        string? bucket = HostBucket(call);
        if (bucket is null && path.Length > 0)
        {
            int slash = path.IndexOf('/');
            bucket = Uri.UnescapeDataString(slash < 0 ? path : path.Substring(0, slash));
            path = slash < 0 ? string.Empty : path.Substring(slash + 1);
        }

        return new S3Request(call, bucket, path.Length == 0 ? null : Uri.UnescapeDataString(path));
    }

    internal bool Has(string parameter) => Query.ContainsKey(parameter);

    internal string? Parameter(string name) => Query.TryGetValue(name, out string? value) ? value : null;

    internal string? Header(string name) => Http.Headers[name];

    /// <summary>Returns an integer parameter, or the default if the request does not contain it.</summary>
    /// <exception cref="S3Exception">The value is not an integer in the range.</exception>
    internal int Number(string name, int minimum, int maximum, int defaultNumber)
    {
        string? text = Parameter(name);
        if (string.IsNullOrEmpty(text))
        {
            return defaultNumber;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= minimum && number <= maximum
                ? number
                : throw S3Exception.InvalidArgument(
                    FormattableString.Invariant($"{name} must be an integer between {minimum} and {maximum}"),
                    name,
                    text!);
    }

    /// <summary>
    /// The bucket in a virtual-hosted-style host, such as <c>bucket.localhost:40123</c>; <see langword="null"/> for
    /// none.
    /// </summary>
    private static string? HostBucket(HttpRequest call)
    {
        string host = (call.Headers["Host"] ?? string.Empty).Split(':')[0];
        return host.Length > LocalSuffix.Length && host.EndsWith(LocalSuffix, StringComparison.OrdinalIgnoreCase)
            ? host.Substring(0, host.Length - LocalSuffix.Length)
            : null;
    }

    private static Dictionary<string, string> Parameters(string query)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (string part in query.Split(new[] { '&' }, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split(new[] { '=' }, 2);
            parameters[Uri.UnescapeDataString(pair[0])] =
                pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : string.Empty;
        }

        return parameters;
    }
}
