using System;
using System.Linq;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Checks the names of regions.</summary>
internal static class RegionNames
{
    private const string FipsPrefix = "fips-";
    private const string FipsSuffix = "-fips";

    /// <summary>The region; an error where the text cannot be one.</summary>
    /// <remarks>Names such as <c>fips-us-east-1</c>, from before FIPS was a setting, are those without it.</remarks>
    public static string Check(string? region)
    {
        if (string.IsNullOrWhiteSpace(region))
        {
            throw Missing();
        }

        if (IsFips(region))
        {
            region = region!.Replace(FipsPrefix, string.Empty).Replace(FipsSuffix, string.Empty);
        }

        return IsName(region!)
            ? region!
            : throw new InvalidInputException(
                "Region",
                $"Region '{region}' cannot be the name of a region.",
                "Use a name such as us-east-1 or eu-central-1: small letters, digits and '-'.");
    }

    /// <summary>Whether a name asks for FIPS endpoints, as names did before that was a setting.</summary>
    public static bool IsFips(string? region) => region is not null
        && (region.IndexOf(FipsPrefix, StringComparison.Ordinal) >= 0
            || region.IndexOf(FipsSuffix, StringComparison.Ordinal) >= 0);

    /// <summary>Whether a text can be a region: a label of a host name. Regions of a later day pass.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 63
        && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
        && text[0] != '-' && text[text.Length - 1] != '-';

    /// <summary>Whether the SDK's list has the region, which may be older than a region.</summary>
    public static bool IsKnown(string region) =>
        Amazon.RegionEndpoint.GetBySystemName(region).DisplayName != "Unknown";

    public static InvalidInputException Missing() => new(
        "Region",
        "No region is set.",
        "Use -Region, Connect-CPThirdParty -Region, the variable AWS_REGION, or a profile with a region.");
}
