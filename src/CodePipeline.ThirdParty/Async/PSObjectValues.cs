using System.Management.Automation;

namespace CodePipeline.ThirdParty.Async;

/// <summary>Unwraps values from PowerShell.</summary>
internal static class PSObjectValues
{
    /// <summary>
    /// The value without its PSObject wrapper. A custom object stays wrapped, because its members exist only on the
    /// wrapper.
    /// </summary>
    public static object? Unwrap(object? value) =>
        value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
}
