using System;
using CodePipeline.ThirdParty.Emulation.Faults;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A request that the emulator got, and how it was answered.</summary>
public sealed class RecordedRequest
{
    private readonly string _body;

    internal RecordedRequest(
        string requestId,
        string? operation,
        DateTimeOffset time,
        int statusCode,
        string? error,
        FaultKind? fault,
        string body)
    {
        RequestId = requestId;
        Operation = operation;
        Time = time;
        StatusCode = statusCode;
        ErrorName = error;
        Fault = fault;
        _body = body;
    }

    /// <summary>
    /// The id in the answer's <c>x-amzn-RequestId</c> header, <c>x-amz-request-id</c> on the S3 side.
    /// </summary>
    public string RequestId { get; }

    /// <summary>
    /// The operation, for example <c>PollForThirdPartyJobs</c> or <c>GetObject</c>; <see langword="null"/> where it is
    /// none that is served.
    /// </summary>
    public string? Operation { get; }

    /// <summary>When it came in, by the emulator's clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The HTTP status of the answer; 0 where the connection was dropped, by either side.</summary>
    public int StatusCode { get; }

    /// <summary>The error's name, for example <c>JobNotFoundException</c>; <see langword="null"/> for none.</summary>
    public string? ErrorName { get; }

    /// <summary>The fault that was ordered for this request; <see langword="null"/> for none.</summary>
    public FaultKind? Fault { get; }

    /// <summary>The bucket of a request of the S3 side; <see langword="null"/> for others.</summary>
    public string? BucketName { get; internal init; }

    /// <summary>The key of a request about an object; <see langword="null"/> for others.</summary>
    public string? ObjectKey { get; internal init; }

    /// <summary>
    /// Gives the body of the request, 64 KiB of it at most. Empty for the S3 side, and for a request whose signature was
    /// refused. It may hold a client token: keep it out of logs.
    /// </summary>
    public string RevealBody() => _body;
}
