using System;
using CodePipeline.ThirdParty.Emulation.Faults;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A request that the emulator received, and the outcome of the response.</summary>
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
    /// The id in the response's <c>x-amzn-RequestId</c> header (<c>x-amz-request-id</c> for S3).
    /// </summary>
    public string RequestId { get; }

    /// <summary>
    /// The operation, for example <c>PollForThirdPartyJobs</c> or <c>GetObject</c>; <see langword="null"/> if the
    /// emulator does not support it.
    /// </summary>
    public string? Operation { get; }

    /// <summary>When the request arrived, by the emulator's clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The HTTP status of the response; 0 if either side dropped the connection.</summary>
    public int StatusCode { get; }

    /// <summary>
    /// The name of the error, for example <c>JobNotFoundException</c>; <see langword="null"/> for a success.
    /// </summary>
    public string? ErrorName { get; }

    /// <summary>The fault that was injected into this request; <see langword="null"/> for none.</summary>
    public FaultKind? Fault { get; }

    /// <summary>The bucket of an S3 request; <see langword="null"/> for other requests.</summary>
    public string? BucketName { get; internal init; }

    /// <summary>The object key of an S3 request; <see langword="null"/> for other requests.</summary>
    public string? ObjectKey { get; internal init; }

    /// <summary>
    /// Returns the first 64 KiB of the body; empty for an S3 request and for a request that failed verification. The
    /// body may contain a client token: do not log it.
    /// </summary>
    public string RevealBody() => _body;
}
