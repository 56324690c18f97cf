using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// Exports the cmdlets and aliases of the imported assembly from the module whose psm1 calls this command. Without it,
/// <c>Import-Module -Force</c> loses them (PowerShell issue 20710).
/// </summary>
/// <remarks>
/// PowerShell has no public API for this. The command finds the internal methods by name and does nothing if they are
/// missing. No parameter accepts pipeline input: PowerShell would compile a getter for it in addition to the setter,
/// which slows the import.
/// </remarks>
[Cmdlet(VerbsData.Export, "CPModuleCmdlet")]
public sealed class ExportModuleCmdletCommand : PSCmdlet
{
    /// <summary>The module of the imported assembly.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public PSModuleInfo? Module { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Export("AddExportedCmdlet", Module!.ExportedCmdlets.Values);
        Export("AddExportedAlias", Module.ExportedAliases.Values);
    }

    private void Export<T>(string name, IEnumerable<T> commands)
    {
        MethodInfo? method = typeof(PSModuleInfo).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic);
        PSModuleInfo? outer = SessionState.Module;
        if (method is null || outer is null)
        {
            return;
        }

        // A delegate instead of MethodInfo.Invoke: from the second call, Invoke compiles a stub, which takes longer
        // than all the rest.
        var add = (Action<T>?)Delegate.CreateDelegate(typeof(Action<T>), outer, method, throwOnBindFailure: false);
        foreach (T command in commands)
        {
            add?.Invoke(command);
        }
    }
}
