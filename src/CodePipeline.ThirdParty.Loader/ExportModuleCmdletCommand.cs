using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// Hands the cmdlets and aliases of the imported assembly on to the module whose psm1 calls this. Without it,
/// <c>Import-Module -Force</c> loses them (PowerShell issue 20710).
/// </summary>
/// <remarks>
/// PowerShell has no public call for it, so it is looked for by name, and done without where it is not there. Nothing
/// from the pipeline: PowerShell compiles a setter for each parameter that is bound, and a getter too where it is bound
/// from there.
/// </remarks>
[Cmdlet(VerbsData.Export, "CPModuleCmdlet")]
public sealed class ExportModuleCmdletCommand : PSCmdlet
{
    /// <summary>The module of the assembly.</summary>
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

        // From the second call on, a method that is invoked by reflection is compiled for it, which takes longer than
        // all the rest.
        var add = (Action<T>?)Delegate.CreateDelegate(typeof(Action<T>), outer, method, throwOnBindFailure: false);
        foreach (T command in commands)
        {
            add?.Invoke(command);
        }
    }
}
