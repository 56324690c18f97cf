using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Why an artifact could not be moved.</summary>
public enum ArtifactFault
{
    /// <summary>There is no such object, or no such bucket.</summary>
    NotFound,

    /// <summary>The job's credentials do not reach the object.</summary>
    AccessDenied,

    /// <summary>The key that the object is encrypted with cannot be used.</summary>
    KeyUnusable,

    /// <summary>The job came without credentials for artifacts.</summary>
    NoCredentials,

    /// <summary>The job's credentials are past their end, and no new ones could be got.</summary>
    CredentialsExpired,

    /// <summary>The store does not take the job's credentials.</summary>
    CredentialsRejected,

    /// <summary>The bucket is in another region, which could not be reached or found out.</summary>
    BucketElsewhere,

    /// <summary>The object was replaced by another while it was being downloaded.</summary>
    Replaced,

    /// <summary>What came is not what lies in the store: its checksum or its length is another.</summary>
    Damaged,

    /// <summary>Too many requests, still after the retries.</summary>
    Throttled,

    /// <summary>The store answered with HTTP 500 or above, still after the retries.</summary>
    Unavailable,

    /// <summary>An answer that is none of the others.</summary>
    UnexpectedResponse,

    /// <summary>The job does not say where the artifact lies, or not in a way that is known here.</summary>
    NoLocation,

    /// <summary>There is no such file or folder to publish.</summary>
    SourceNotFound,

    /// <summary>The file was changed while it was being published.</summary>
    SourceChanged,

    /// <summary>There is something already where the artifact is to be saved.</summary>
    DestinationExists,

    /// <summary>The disk has no room for the artifact.</summary>
    DiskFull,

    /// <summary>A file or folder cannot be read or written.</summary>
    PathUnusable,

    /// <summary>S3, or what stands for it, does not know what the request asks for.</summary>
    Unsupported,
}

/// <summary>An artifact could not be moved. Nothing is left half-done, neither here nor in the store.</summary>
/// <remarks>The message holds no secret, and no exception of the SDK is kept inside.</remarks>
public sealed class ArtifactTransferException : Exception
{
    internal ArtifactTransferException(
        ArtifactFault fault, string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        RecommendedAction = recommendedAction;
    }

    /// <summary>What is the matter.</summary>
    public ArtifactFault Fault { get; }

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; }

    /// <summary>The error's name as the store gave it, where the store gave one.</summary>
    public string? Code { get; init; }

    /// <summary>The HTTP status, where the store answered.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The id that AWS support asks for.</summary>
    public string? RequestId { get; init; }

    /// <summary>The second id that AWS support asks for (<c>x-amz-id-2</c>).</summary>
    public string? ExtendedRequestId { get; init; }

    /// <summary>The file or folder that it is about, if it is about one.</summary>
    public string? Path { get; init; }
}
