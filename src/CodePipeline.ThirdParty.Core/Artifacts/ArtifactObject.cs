using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>An artifact's object, and how messages call it.</summary>
internal sealed record ArtifactObject(string BucketName, string ObjectKey, string About)
{
    /// <summary>The key as the SDK wants it, which takes a leading slash away.</summary>
    public string RequestKey => ObjectKey[0] == '/' ? "/" + ObjectKey : ObjectKey;

    public static ArtifactObject For(JobArtifacts job, JobArtifact artifact)
    {
        string about = $"artifact '{artifact.Name}' of job {job.JobId}";
        return !string.IsNullOrEmpty(artifact.LocationType)
            && !string.Equals(artifact.LocationType, "S3", StringComparison.OrdinalIgnoreCase)
                ? throw ArtifactErrors.NoLocation(about, $"its location is of type '{artifact.LocationType}', not S3")
            : string.IsNullOrEmpty(artifact.BucketName) || string.IsNullOrEmpty(artifact.ObjectKey)
                ? throw ArtifactErrors.NoLocation(about, "it has no bucket and key")
            : new ArtifactObject(artifact.BucketName!, artifact.ObjectKey!, about);
    }
}
