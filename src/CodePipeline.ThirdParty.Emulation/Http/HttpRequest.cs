using System;
using System.Collections.Specialized;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>An HTTP request as received.</summary>
internal sealed class HttpRequest
{
    // Far above the longest valid request of the five operations, which has about 20,000 characters.
    private const long LongestBody = 1 << 20;

    internal HttpRequest(string method, string rawUrl, NameValueCollection headers, HttpBody? bodyStream = null)
    {
        Method = method;
        int query = rawUrl.IndexOf('?');
        RawPath = query < 0 ? rawUrl : rawUrl.Substring(0, query);
        RawQuery = query < 0 ? string.Empty : rawUrl.Substring(query + 1);
        Headers = headers;
        BodyStream = bodyStream;
    }

    internal string Method { get; }

    /// <summary>The path as received, still percent-encoded.</summary>
    internal string RawPath { get; }

    /// <summary>The query as received, without the question mark.</summary>
    internal string RawQuery { get; }

    internal NameValueCollection Headers { get; }

    /// <summary>
    /// The stream of the body; <see langword="null"/> for a request without a connection.
    /// </summary>
    internal HttpBody? BodyStream { get; }

    /// <summary>The whole body; empty until <see cref="ReadBodyAsync"/> has read it.</summary>
    internal byte[] Body { get; private set; } = Array.Empty<byte>();

    /// <summary>Whether the body exceeds the limit; <see cref="Body"/> is then empty.</summary>
    internal bool IsTooLong { get; private set; }

    /// <summary>Whether to close the connection after the response.</summary>
    internal bool IsLast { get; init; }

    /// <summary>Reads the whole body into <see cref="Body"/>, up to <paramref name="limit"/> bytes.</summary>
    internal async Task ReadBodyAsync(long limit = LongestBody)
    {
        if (BodyStream is not null)
        {
            byte[]? body = await BodyStream.ReadAllAsync(limit).ConfigureAwait(false);
            Body = body ?? Array.Empty<byte>();
            IsTooLong = body is null;
        }
    }
}
