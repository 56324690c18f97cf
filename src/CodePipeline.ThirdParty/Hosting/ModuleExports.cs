using System;
using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Hosting;

/// <summary>Hands the cmdlets of the imported assembly to the module that the user imported.</summary>
/// <remarks>
/// Without it, <c>Import-Module -Force</c> loses cmdlets imported by <c>-Assembly</c> (PowerShell issue 20710). PowerShell has no
/// public call for it. In C#, since each such line of script costs milliseconds at import.
/// </remarks>
public static class ModuleExports
{
    /// <summary>Adds every cmdlet that <paramref name="inner"/> exports to the exports of <paramref name="outer"/>.</summary>
    public static void Copy(PSModuleInfo inner, PSModuleInfo outer)
    {
        if (inner is null || outer is null)
        {
            throw new ArgumentNullException(inner is null ? nameof(inner) : nameof(outer));
        }

        MethodInfo? add = typeof(PSModuleInfo).GetMethod(
            "AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic);
        foreach (CmdletInfo cmdlet in inner.ExportedCmdlets.Values)
        {
            add?.Invoke(outer, new object[] { cmdlet });
        }
    }
}
