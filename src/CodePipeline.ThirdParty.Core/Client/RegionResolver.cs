using System.Linq;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Finds the region where none was named: environment, profile, then the machine's own metadata.</summary>
internal static class RegionResolver
{
    public static string? Find(string? profileName, string? profileLocation)
    {
        if (AwsEnvironment.Region is string region)
        {
            return region;
        }

        string name = profileName ?? AwsEnvironment.Profile ?? SharedCredentialsFile.DefaultProfileName;
        return new CredentialProfileStoreChain(profileLocation).TryGetProfile(name, out CredentialProfile profile)
            && profile.Region is not null
                ? profile.Region.SystemName
                : FallbackRegionFactory.GetRegionEndpoint()?.SystemName;
    }

    /// <summary>The region; an error where the text cannot be one.</summary>
    public static string Check(string? region)
    {
        if (string.IsNullOrWhiteSpace(region))
        {
            throw Missing();
        }

        return IsName(region!)
            ? region!
            : throw new InvalidInputException(
                "Region",
                $"Region '{region}' cannot be the name of a region.",
                "Use a name such as us-east-1 or eu-central-1: small letters, digits and '-'.");
    }

    /// <summary>Whether a text can be a region: a label of a host name. Regions of a later day pass.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 63
        && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
        && text[0] != '-' && text[text.Length - 1] != '-';

    public static InvalidInputException Missing() => new(
        "Region",
        "No region is set.",
        "Use -Region, Connect-CPThirdParty -Region, the variable AWS_REGION, or a profile with a region.");
}
