using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>An HTTP answer to send, or the order to drop the connection.</summary>
internal sealed class HttpResponse
{
    private const string Json = "application/x-amz-json-1.1";

    private static readonly byte[] s_unavailablePage = Encoding.ASCII.GetBytes(
        "<html><head><title>503 Service Temporarily Unavailable</title></head>\r\n"
            + "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\r\n");

    private static readonly KeyValuePair<string, string>[] s_noHeaders = Array.Empty<KeyValuePair<string, string>>();

    internal HttpResponse(int statusCode, string? contentType, byte[] body, string? errorName = null)
    {
        StatusCode = statusCode;
        ContentType = contentType;
        Body = body;
        ErrorName = errorName;
    }

    /// <summary>The status code; 0 drops the connection.</summary>
    internal int StatusCode { get; }

    /// <summary>The type of the body; <see langword="null"/> for no such header.</summary>
    internal string? ContentType { get; }

    internal byte[] Body { get; }

    internal string? ErrorName { get; }

    /// <summary>The name of the header that carries the request's id.</summary>
    internal string RequestIdHeader { get; init; } = "x-amzn-RequestId";

    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = s_noHeaders;

    /// <summary>What is sent in the place of <see cref="Body"/>; the answer owns it.</summary>
    internal Stream? Content { get; init; }

    /// <summary>The length of the body or the content.</summary>
    internal long Length => Content?.Length ?? Body.Length;

    /// <summary>Whether the connection is dropped after half of the body.</summary>
    internal bool IsCutOff { get; private set; }

    internal static HttpResponse Dropped { get; } = new(0, Json, Array.Empty<byte>());

    internal static HttpResponse Unavailable { get; } = new(503, "text/html", s_unavailablePage);

    internal static HttpResponse Success(byte[] body) => new(200, Json, body);

    internal static HttpResponse Error(ServiceException error) =>
        new(error.StatusCode, Json, ResponseWriter.Error(error.Name, error.Message), error.Name);

    /// <summary>An answer of this one's kind that breaks off in the middle of its text.</summary>
    internal HttpResponse Garbled()
    {
        byte[] start = Body.Length == 0
            ? Encoding.ASCII.GetBytes("{\"")
            : Body.AsSpan(0, (Body.Length + 1) / 2).ToArray();
        return new HttpResponse(200, ContentType, start) { RequestIdHeader = RequestIdHeader, Headers = Headers };
    }

    /// <summary>This answer up to the middle of its body, where there is one; then the connection is dropped.</summary>
    internal HttpResponse CutOff()
    {
        if (Length == 0)
        {
            Content?.Dispose();
            return Dropped;
        }

        IsCutOff = true;
        return this;
    }
}
