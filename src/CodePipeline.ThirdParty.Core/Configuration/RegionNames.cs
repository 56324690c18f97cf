using System;
using System.Linq;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Checks the names of regions.</summary>
internal static class RegionNames
{
    private const string FipsPrefix = "fips-";
    private const string FipsSuffix = "-fips";

    /// <summary>Checks and returns a region name.</summary>
    /// <remarks>
    /// Removes <c>fips-</c> and <c>-fips</c>: names such as <c>fips-us-east-1</c> are older than the FIPS setting.
    /// </remarks>
    /// <exception cref="InvalidInputException">The name is missing, or cannot be a region.</exception>
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
                $"'{region}' is not a valid region name.",
                "Use a name such as us-east-1 or eu-central-1: lowercase letters, digits and '-'.");
    }

    /// <summary>Whether a name, such as <c>fips-us-east-1</c>, selects FIPS endpoints.</summary>
    public static bool IsFips(string? region) => region is not null
        && (region.IndexOf(FipsPrefix, StringComparison.Ordinal) >= 0
            || region.IndexOf(FipsSuffix, StringComparison.Ordinal) >= 0);

    /// <summary>Whether a text can be a region name: a valid host name label. Future regions pass.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 63
        && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
        && text[0] != '-' && text[text.Length - 1] != '-';

    /// <summary>Whether the SDK's list contains the region. The list may lack newer regions.</summary>
    public static bool IsKnown(string region) =>
        Amazon.RegionEndpoint.GetBySystemName(region).DisplayName != "Unknown";

    public static InvalidInputException Missing() => new(
        "Region",
        "No region is set.",
        "Use -Region, Connect-CPThirdParty -Region, the environment variable AWS_REGION, or a profile with a region.");
}
