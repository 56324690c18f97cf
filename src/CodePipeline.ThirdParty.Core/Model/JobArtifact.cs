using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty;

/// <summary>An input or output artifact of a job, and where it lies.</summary>
public sealed class JobArtifact
{
    /// <summary>Creates an artifact.</summary>
    public JobArtifact(string? name, string? revision, string? locationType, string? bucketName, string? objectKey)
    {
        Name = name;
        Revision = revision;
        LocationType = locationType;
        BucketName = bucketName;
        ObjectKey = objectKey;
    }

    /// <summary>The name that the pipeline gives the artifact.</summary>
    public string? Name { get; }

    /// <summary>The revision, where the service knows it.</summary>
    public string? Revision { get; }

    /// <summary>Where the artifact lies: <c>S3</c>.</summary>
    public string? LocationType { get; }

    /// <summary>The bucket; it may be in another region.</summary>
    public string? BucketName { get; }

    /// <summary>The key of the object.</summary>
    public string? ObjectKey { get; }

    /// <summary>Where the artifact lies, in the shape of the service.</summary>
    public ArtifactLocation Location => new(LocationType, BucketName, ObjectKey);

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;
}
