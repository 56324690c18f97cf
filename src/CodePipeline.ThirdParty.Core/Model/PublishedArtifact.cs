namespace CodePipeline.ThirdParty;

/// <summary>An artifact that was published, and what S3 made of it.</summary>
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

    /// <summary>The name that the pipeline gives the artifact.</summary>
    public string? Name { get; }

    /// <summary>The file or folder that was published.</summary>
    public string Path { get; }

    /// <summary>The bucket.</summary>
    public string? BucketName { get; }

    /// <summary>The key of the object.</summary>
    public string? ObjectKey { get; }

    /// <summary>How long the object is; of a folder, its zip.</summary>
    public long Bytes { get; }

    /// <summary>The object's entity tag.</summary>
    public string? ETag { get; }

    /// <summary>The object's version, in a bucket that has versions.</summary>
    public string? VersionId { get; }

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;
}
