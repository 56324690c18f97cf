namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>A way in which the emulator can fail a request.</summary>
/// <remarks>The S3 side answers with S3's own names and status codes for the same thing, where they differ.</remarks>
public enum FaultKind
{
    /// <summary>
    /// HTTP 400 <c>ThrottlingException</c>, S3 503 <c>SlowDown</c>; the operation does not take effect.
    /// </summary>
    Throttle,

    /// <summary>HTTP 500 <c>InternalFailure</c>, S3 <c>InternalError</c>; the operation does not take effect.</summary>
    InternalFailure,

    /// <summary>HTTP 503 with an HTML page, as a load balancer answers; the operation does not take effect.</summary>
    ServiceUnavailable,

    /// <summary>The connection is dropped; the operation does not take effect.</summary>
    DropBefore,

    /// <summary>The operation takes effect, then the connection is dropped in place of the answer.</summary>
    DropAfter,

    /// <summary>The operation takes effect and is answered after <see cref="FaultRule.Delay"/>.</summary>
    Slow,

    /// <summary>
    /// HTTP 400 <c>ExpiredTokenException</c>, S3 <c>ExpiredToken</c>; the operation does not take effect.
    /// </summary>
    ExpiredToken,

    /// <summary>
    /// HTTP 400 <c>AccessDeniedException</c>, S3 403 <c>AccessDenied</c>; the operation does not take effect.
    /// </summary>
    AccessDenied,

    /// <summary>
    /// The operation takes effect, and the answer is HTTP 200 with JSON, or XML, that breaks off. Not for the
    /// contents of objects.
    /// </summary>
    Garbled,

    /// <summary>
    /// The connection is dropped in the middle: after half of an upload's body, which is not stored, and after half of
    /// any other answer, whose operation took effect.
    /// </summary>
    CutOff,

    /// <summary>
    /// One byte in the middle of an object's contents is wrong, on the way out or in, while the headers stay as they
    /// are. For <c>GetObject</c>, <c>PutObject</c> and <c>UploadPart</c> only.
    /// </summary>
    Corrupt,
}
