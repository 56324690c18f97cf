namespace CodePipeline.ThirdParty;

/// <summary>The location of an artifact (<c>location</c>).</summary>
public sealed class ArtifactLocation
{
    internal ArtifactLocation(string? type, string? bucketName, string? objectKey)
    {
        Type = type;
        S3Location = new S3Location(bucketName, objectKey);
    }

    /// <summary><c>type</c>: <c>S3</c>.</summary>
    public string? Type { get; }

    /// <summary><c>s3Location</c></summary>
    public S3Location S3Location { get; }
}

/// <summary>An object in S3 (<c>s3Location</c>).</summary>
public sealed class S3Location
{
    internal S3Location(string? bucketName, string? objectKey)
    {
        BucketName = bucketName;
        ObjectKey = objectKey;
    }

    /// <summary><c>bucketName</c></summary>
    public string? BucketName { get; }

    /// <summary><c>objectKey</c></summary>
    public string? ObjectKey { get; }
}
