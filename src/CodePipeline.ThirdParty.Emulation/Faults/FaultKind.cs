namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A way in which the emulator can fail a request.</summary>
public enum FaultKind
{
    /// <summary>HTTP 400 <c>ThrottlingException</c>; the operation does not take effect.</summary>
    Throttle,

    /// <summary>HTTP 500 <c>InternalFailure</c> as JSON; the operation does not take effect.</summary>
    InternalFailure,

    /// <summary>HTTP 503 with an HTML page, as a load balancer answers; the operation does not take effect.</summary>
    ServiceUnavailable,

    /// <summary>The connection is dropped; the operation does not take effect.</summary>
    DropBefore,

    /// <summary>The operation takes effect, then the connection is dropped in place of the answer.</summary>
    DropAfter,

    /// <summary>The operation takes effect and is answered after <see cref="FaultRule.Delay"/>.</summary>
    Slow,

    /// <summary>HTTP 400 <c>ExpiredTokenException</c>; the operation does not take effect.</summary>
    ExpiredToken,

    /// <summary>HTTP 400 <c>AccessDeniedException</c>; the operation does not take effect.</summary>
    AccessDenied,

    /// <summary>The operation takes effect, and the answer is HTTP 200 with JSON that breaks off.</summary>
    Garbled,
}
