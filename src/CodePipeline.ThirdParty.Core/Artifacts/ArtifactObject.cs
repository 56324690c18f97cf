using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The S3 object of an artifact.</summary>
/// <param name="BucketName">The bucket.</param>
/// <param name="ObjectKey">The object key, as the job specifies it.</param>
/// <param name="About">The artifact's description in messages.</param>
internal sealed record ArtifactObject(string BucketName, string ObjectKey, string About)
{
    /// <summary>
    /// The key for SDK requests. The SDK removes one leading slash, so a key with a slash gets another.
    /// </summary>
    public string RequestKey => ObjectKey[0] == '/' ? "/" + ObjectKey : ObjectKey;

    public static ArtifactObject For(JobArtifacts job, JobArtifact artifact)
    {
        string about = $"artifact '{artifact.Name}' of job {job.JobId}";
        return !string.IsNullOrEmpty(artifact.LocationType)
            && !string.Equals(artifact.LocationType, "S3", StringComparison.OrdinalIgnoreCase)
                ? throw ArtifactErrors.NoLocation(about, $"its location type is '{artifact.LocationType}', not S3")
            : string.IsNullOrEmpty(artifact.BucketName) || string.IsNullOrEmpty(artifact.ObjectKey)
                ? throw ArtifactErrors.NoLocation(about, "the bucket or the key is missing")
            : new ArtifactObject(artifact.BucketName!, artifact.ObjectKey!, about);
    }
}
