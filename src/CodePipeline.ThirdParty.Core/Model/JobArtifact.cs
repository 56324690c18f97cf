using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty;

/// <summary>An input or output artifact of a job, and its location.</summary>
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

    /// <summary>The name of the artifact in the pipeline.</summary>
    public string? Name { get; }

    /// <summary>The revision, if the service knows it.</summary>
    public string? Revision { get; }

    /// <summary>The type of the location: <c>S3</c>.</summary>
    public string? LocationType { get; }

    /// <summary>The bucket; it may be in another region.</summary>
    public string? BucketName { get; }

    /// <summary>The key of the object.</summary>
    public string? ObjectKey { get; }

    /// <summary>The location, in the service's shape.</summary>
    public ArtifactLocation Location => new(LocationType, BucketName, ObjectKey);

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;
}
