namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>A way in which the emulator can fail a request.</summary>
/// <remarks>S3 operations fail with S3's error names and status codes where these differ.</remarks>
public enum FaultKind
{
    /// <summary>
    /// HTTP 400 <c>ThrottlingException</c>, S3 503 <c>SlowDown</c>; the operation does not take effect.
    /// </summary>
    Throttle,

    /// <summary>HTTP 500 <c>InternalFailure</c>, S3 <c>InternalError</c>; the operation does not take effect.</summary>
    InternalFailure,

    /// <summary>HTTP 503 with an HTML page, like a load balancer's; the operation does not take effect.</summary>
    ServiceUnavailable,

    /// <summary>The connection is dropped; the operation does not take effect.</summary>
    DropBefore,

    /// <summary>The operation takes effect, but the connection is dropped before the response.</summary>
    DropAfter,

    /// <summary>The operation takes effect; the response is delayed by <see cref="FaultRule.Delay"/>.</summary>
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
    /// The operation takes effect; the response is HTTP 200 with truncated JSON or XML. Does not apply to operations
    /// whose response has no JSON or XML.
    /// </summary>
    Garbled,

    /// <summary>
    /// The connection is dropped halfway. For an upload, this is after half of the request body, and nothing is
    /// stored. For other operations, this is after half of the response body, and the operation takes effect.
    /// </summary>
    CutOff,

    /// <summary>
    /// The middle byte of an object's contents is corrupted in the upload or download; the headers are unchanged. For
    /// <c>GetObject</c>, <c>PutObject</c> and <c>UploadPart</c> only.
    /// </summary>
    Corrupt,
}
