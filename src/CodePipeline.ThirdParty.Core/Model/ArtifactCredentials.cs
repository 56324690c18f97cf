using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty;

/// <summary>
/// Temporary credentials for a job's artifacts. They expire after about 15 minutes. Reading the details returns new
/// ones.
/// </summary>
public sealed class ArtifactCredentials
{
    /// <summary>Creates the credentials.</summary>
    public ArtifactCredentials(Secret accessKeyId, Secret secretAccessKey, Secret sessionToken)
    {
        AccessKeyId = accessKeyId;
        SecretAccessKey = secretAccessKey;
        SessionToken = sessionToken;
    }

    /// <summary>The access key id.</summary>
    public Secret AccessKeyId { get; }

    /// <summary>The secret access key.</summary>
    public Secret SecretAccessKey { get; }

    /// <summary>The session token.</summary>
    public Secret SessionToken { get; }

    /// <inheritdoc/>
    public override string ToString() => Secret.Mask;
}
