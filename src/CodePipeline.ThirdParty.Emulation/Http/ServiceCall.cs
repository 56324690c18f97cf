using System.Collections.Specialized;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>An HTTP request as it came in.</summary>
internal sealed class ServiceCall
{
    internal ServiceCall(string method, string rawUrl, NameValueCollection headers, byte[] body)
    {
        Method = method;
        int query = rawUrl.IndexOf('?');
        RawPath = query < 0 ? rawUrl : rawUrl.Substring(0, query);
        RawQuery = query < 0 ? string.Empty : rawUrl.Substring(query + 1);
        Headers = headers;
        Body = body;
    }

    internal string Method { get; }

    /// <summary>The path as it was sent, still percent-encoded.</summary>
    internal string RawPath { get; }

    /// <summary>The query as it was sent, without the question mark.</summary>
    internal string RawQuery { get; }

    internal NameValueCollection Headers { get; }

    internal byte[] Body { get; }

    /// <summary>Whether the body is longer than any right request; <see cref="Body"/> is empty then.</summary>
    internal bool IsTooLong { get; init; }

    /// <summary>Whether the connection is to end after the answer.</summary>
    internal bool IsLast { get; init; }
}
