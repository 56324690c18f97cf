using System;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>Converts JSON to objects like ConvertFrom-Json, with PowerShell's own converter.</summary>
internal static class ShellObject
{
    /// <summary>
    /// Parses the text. Returns false if ConvertFrom-Json rejects it, so that the module never sees it.
    /// </summary>
    public static bool TryRead(string json, out object? value)
    {
        value = null;
        try
        {
            value = JsonObject.ConvertFromJson(json, out ErrorRecord? error);
            return error is null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
