using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// Hands the cmdlets of the imported assembly on to the module whose psm1 calls this. Without it, <c>Import-Module -Force</c> loses
/// them (PowerShell issue 20710).
/// </summary>
/// <remarks>PowerShell has no public call for it, so it is looked for by name, and done without where it is not there.</remarks>
[Cmdlet(VerbsData.Export, "CPModuleCmdlet")]
public sealed class ExportModuleCmdletCommand : PSCmdlet
{
    /// <summary>The module of the assembly.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSModuleInfo? Module { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        MethodInfo? add = typeof(PSModuleInfo).GetMethod("AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic);
        PSModuleInfo? outer = SessionState.Module;
        if (add is null || outer is null)
        {
            return;
        }

        foreach (CmdletInfo cmdlet in Module!.ExportedCmdlets.Values)
        {
            add.Invoke(outer, new object[] { cmdlet });
        }
    }
}
