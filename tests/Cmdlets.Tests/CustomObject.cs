using System.Management.Automation;

namespace CodePipeline.ThirdParty.Cmdlets.Tests;

/// <summary>Creates objects like <c>[pscustomobject]</c> and ConvertFrom-Json.</summary>
internal static class CustomObject
{
    /// <summary>Creates an object with these properties.</summary>
    public static PSObject Of(params (string Name, object? Value)[] members)
    {
        var made = new PSObject();
        foreach ((string name, object? value) in members)
        {
            made.Properties.Add(new PSNoteProperty(name, value));
        }

        return made;
    }
}
