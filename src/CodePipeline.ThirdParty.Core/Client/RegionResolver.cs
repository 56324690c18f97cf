using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Credentials;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Finds the region if none was given: in the environment, the profile, then the machine's metadata.</summary>
internal static class RegionResolver
{
    /// <summary>The region; <see langword="null"/> if no source sets one.</summary>
    /// <exception cref="CredentialException">The profile does not exist or cannot be read.</exception>
    public static async Task<string?> FindAsync(ClientSettings settings, CancellationToken cancellationToken)
    {
        var aws = new AwsSettings(settings);
        return aws.FindRegion() ?? await InstanceMetadata.FindRegionAsync(aws, cancellationToken).ConfigureAwait(false);
    }
}
