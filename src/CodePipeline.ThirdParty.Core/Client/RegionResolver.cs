using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Credentials;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Finds the region where none was named: environment, profile, then the machine's own metadata.</summary>
internal static class RegionResolver
{
    /// <summary>The region; <see langword="null"/> where none is set anywhere.</summary>
    /// <exception cref="CredentialException">The profile is not there, or cannot be read.</exception>
    public static async Task<string?> FindAsync(ClientSettings settings, CancellationToken cancellationToken)
    {
        var aws = new AwsSettings(settings);
        return aws.FindRegion() ?? await InstanceMetadata.FindRegionAsync(aws, cancellationToken).ConfigureAwait(false);
    }
}
