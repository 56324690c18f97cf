using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Accepts a region by name, in any case, or as an object of an AWS SDK or of AWS.Tools: a RegionEndpoint or the output
/// of Get-AWSRegion.
/// </summary>
internal sealed class RegionTransformationAttribute : TransformationAttribute
{
    /// <summary>The region's name; <see langword="null"/> if the value is null or blank.</summary>
    internal static string? Parse(object? value)
    {
        string? name = value switch
        {
            null => null,
            string text => text,
            _ => Property(value, "SystemName") ?? Property(value, "Region") ?? value.ToString(),
        };
        return string.IsNullOrWhiteSpace(name) ? null : name!.Trim().ToLowerInvariant();
    }

    private protected override object? Convert(object value) => Parse(value);

    private static string? Property(object value, string name) =>
        PSObject.AsPSObject(value).Properties[name]?.Value as string;
}
