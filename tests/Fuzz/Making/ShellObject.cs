using System;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>JSON as ConvertFrom-Json makes objects of it: by PowerShell's own converter.</summary>
internal static class ShellObject
{
    /// <summary>Reads the text; no where ConvertFrom-Json refuses it, so that nothing of ours gets to see it.</summary>
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
