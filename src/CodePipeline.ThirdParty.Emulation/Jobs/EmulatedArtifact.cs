namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>The name and S3 location of an emulated job's artifact.</summary>
public sealed class EmulatedArtifact
{
    internal EmulatedArtifact(string name, string? revision, string bucketName, string objectKey)
    {
        Name = name;
        Revision = revision;
        BucketName = bucketName;
        ObjectKey = objectKey;
    }

    /// <summary>The artifact's name.</summary>
    public string Name { get; }

    /// <summary>The revision of an input artifact; <see langword="null"/> for an output artifact.</summary>
    public string? Revision { get; }

    /// <summary>The S3 bucket.</summary>
    public string BucketName { get; }

    /// <summary>The key of the object in the bucket.</summary>
    public string ObjectKey { get; }

    /// <summary>The S3 URI, for example for <c>aws s3 cp</c>.</summary>
    public string S3Uri => $"s3://{BucketName}/{ObjectKey}";

    /// <summary>Returns the name and <see cref="S3Uri"/>.</summary>
    public override string ToString() => $"{Name} {S3Uri}";
}
