using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>An HTTP response, or an instruction to drop the connection.</summary>
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

    /// <summary>The status code; 0 means to drop the connection.</summary>
    internal int StatusCode { get; }

    /// <summary>The Content-Type header; <see langword="null"/> to omit it.</summary>
    internal string? ContentType { get; }

    internal byte[] Body { get; }

    internal string? ErrorName { get; }

    /// <summary>The name of the header for the request id.</summary>
    internal string RequestIdHeader { get; init; } = "x-amzn-RequestId";

    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = s_noHeaders;

    /// <summary>The content to send instead of <see cref="Body"/>. The response owns the stream.</summary>
    internal Stream? Content { get; init; }

    /// <summary>The length of the body or content in bytes.</summary>
    internal long Length => Content?.Length ?? Body.Length;

    /// <summary>Whether to drop the connection after half of the body.</summary>
    internal bool IsCutOff { get; private set; }

    internal static HttpResponse Dropped { get; } = new(0, Json, Array.Empty<byte>());

    internal static HttpResponse Unavailable { get; } = new(503, "text/html", s_unavailablePage);

    internal static HttpResponse Success(byte[] body) => new(200, Json, body);

    internal static HttpResponse Error(ServiceException error) =>
        new(error.StatusCode, Json, ResponseWriter.Error(error.Name, error.Message), error.Name);

    /// <summary>Returns a 200 response with the first half of this response's body.</summary>
    internal HttpResponse Garbled()
    {
        byte[] start = Body.Length == 0
            ? Encoding.ASCII.GetBytes("{\"")
            : Body.AsSpan(0, (Body.Length + 1) / 2).ToArray();
        return new HttpResponse(200, ContentType, start) { RequestIdHeader = RequestIdHeader, Headers = Headers };
    }

    /// <summary>
    /// Changes this response to drop the connection after half of the body, or at once if there is no body.
    /// </summary>
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
