using System;
using System.Text;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>An HTTP answer to send, or the order to drop the connection.</summary>
internal sealed class ServiceAnswer
{
    private const string Json = "application/x-amz-json-1.1";

    private static readonly byte[] s_unavailablePage = Encoding.ASCII.GetBytes(
        "<html><head><title>503 Service Temporarily Unavailable</title></head>\r\n"
            + "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\r\n");

    private ServiceAnswer(int statusCode, string contentType, byte[] body, string? errorName = null)
    {
        StatusCode = statusCode;
        ContentType = contentType;
        Body = body;
        ErrorName = errorName;
    }

    /// <summary>The status code; 0 drops the connection.</summary>
    internal int StatusCode { get; }

    internal string ContentType { get; }

    internal byte[] Body { get; }

    internal string? ErrorName { get; }

    internal static ServiceAnswer Dropped { get; } = new(0, Json, Array.Empty<byte>());

    internal static ServiceAnswer Unavailable { get; } = new(503, "text/html", s_unavailablePage);

    internal static ServiceAnswer Success(byte[] body) => new(200, Json, body);

    internal static ServiceAnswer Error(ServiceException error) =>
        new(error.StatusCode, Json, AnswerWriter.Error(error.Name, error.Message), error.Name);

    /// <summary>An answer of this one's kind that breaks off in the middle of its JSON.</summary>
    internal ServiceAnswer Garbled()
    {
        byte[] start = Body.Length == 0
            ? Encoding.ASCII.GetBytes("{\"")
            : Body.AsSpan(0, (Body.Length + 1) / 2).ToArray();
        return new ServiceAnswer(200, Json, start);
    }
}
