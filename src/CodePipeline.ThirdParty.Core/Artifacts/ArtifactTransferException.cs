using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Why an artifact transfer failed.</summary>
public enum ArtifactFault
{
    /// <summary>The object or the bucket does not exist.</summary>
    NotFound,

    /// <summary>The job's credentials do not allow access to the object.</summary>
    AccessDenied,

    /// <summary>The KMS key that encrypts the object cannot be used.</summary>
    KeyUnusable,

    /// <summary>The job's details contain no credentials for artifacts.</summary>
    NoCredentials,

    /// <summary>The job's credentials have expired, and renewing them failed.</summary>
    CredentialsExpired,

    /// <summary>The store rejects the job's credentials.</summary>
    CredentialsRejected,

    /// <summary>The bucket is in another region, which is unknown or unreachable.</summary>
    BucketElsewhere,

    /// <summary>The object was replaced during the download.</summary>
    Replaced,

    /// <summary>The checksum or the length of the copy differs from the original.</summary>
    Damaged,

    /// <summary>The store throttled the request, also after retries.</summary>
    Throttled,

    /// <summary>The store responded with HTTP 500 or above, also after retries.</summary>
    Unavailable,

    /// <summary>The store sent any other unexpected response.</summary>
    UnexpectedResponse,

    /// <summary>The job specifies no location for the artifact, or a location other than S3.</summary>
    NoLocation,

    /// <summary>The file or folder to publish does not exist.</summary>
    SourceNotFound,

    /// <summary>The file changed while it was being published.</summary>
    SourceChanged,

    /// <summary>The destination already exists.</summary>
    DestinationExists,

    /// <summary>The disk has not enough free space for the artifact.</summary>
    DiskFull,

    /// <summary>The file or folder cannot be read or written.</summary>
    PathUnusable,

    /// <summary>The store does not implement a feature that the request uses.</summary>
    Unsupported,
}

/// <summary>An artifact transfer failed. No partial file, folder or object remains.</summary>
/// <remarks>The message contains no secrets, and the inner exception is never an SDK exception.</remarks>
public sealed class ArtifactTransferException : Exception
{
    internal ArtifactTransferException(
        ArtifactFault fault, string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Why the transfer failed.</summary>
    public ArtifactFault Fault { get; }

    /// <summary>One sentence that says what to do.</summary>
    public string RecommendedAction { get; }

    /// <summary>The error code in the store's response; <see langword="null"/> if there is none.</summary>
    public string? Code { get; init; }

    /// <summary>The HTTP status code; <see langword="null"/> if the store did not respond.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The request ID, which AWS Support asks for.</summary>
    public string? RequestId { get; init; }

    /// <summary>The extended request ID (<c>x-amz-id-2</c>), which AWS Support asks for.</summary>
    public string? ExtendedRequestId { get; init; }

    /// <summary>The local file or folder; <see langword="null"/> if none is involved.</summary>
    public string? Path { get; init; }
}
