namespace CodePipeline.ThirdParty;

/// <summary>A published artifact, and its object in S3.</summary>
public sealed class PublishedArtifact
{
    internal PublishedArtifact(
        string jobId, JobArtifact artifact, string path, long bytes, string? eTag, string? versionId)
    {
        JobId = jobId;
        Name = artifact.Name;
        Path = path;
        BucketName = artifact.BucketName;
        ObjectKey = artifact.ObjectKey;
        Bytes = bytes;
        ETag = eTag;
        VersionId = versionId;
    }

    /// <summary>The id of the job.</summary>
    public string JobId { get; }

    /// <summary>The name of the artifact in the pipeline.</summary>
    public string? Name { get; }

    /// <summary>The published file or folder.</summary>
    public string Path { get; }

    /// <summary>The bucket.</summary>
    public string? BucketName { get; }

    /// <summary>The key of the object.</summary>
    public string? ObjectKey { get; }

    /// <summary>The length of the object in bytes; for a folder, the length of its zip.</summary>
    public long Bytes { get; }

    /// <summary>The object's entity tag.</summary>
    public string? ETag { get; }

    /// <summary>The object's version, if the bucket has versioning.</summary>
    public string? VersionId { get; }

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;
}
