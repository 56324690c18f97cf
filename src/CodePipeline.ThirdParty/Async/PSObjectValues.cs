using System.Management.Automation;

namespace CodePipeline.ThirdParty.Async;

/// <summary>Values as PowerShell hands them over.</summary>
internal static class PSObjectValues
{
    /// <summary>
    /// The value without PowerShell's wrapper. A custom object stays as it is: its members are on the wrapper alone.
    /// </summary>
    public static object? Unwrap(object? value) =>
        value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
}
