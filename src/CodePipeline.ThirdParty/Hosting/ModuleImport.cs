using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace CodePipeline.ThirdParty.Hosting;

/// <summary>What is left to do once PowerShell has imported the assembly. The psm1 calls it.</summary>
/// <remarks>
/// In C#, since each line of script, and each file of type data, costs its milliseconds at import. PowerShell has no public call for
/// either step, so both look for what they need by name, and do without where it is not there.
/// </remarks>
public static class ModuleImport
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>
    /// What an object shows in an output of several types, where no view applies. Names, so that nothing is loaded.
    /// </summary>
    internal static IReadOnlyDictionary<string, string[]> Displayed { get; } = new Dictionary<string, string[]>
    {
        ["CodePipeline.ThirdParty.ThirdPartyJobDetail"] = new[]
        {
            "JobId", "Status", "ActionType", "PipelineName", "StageName", "ActionName", "Configuration", "InputArtifacts",
            "OutputArtifacts", "EncryptionKey", "ClientId",
        },
        ["CodePipeline.ThirdParty.Emulation.EmulatedJob"] = new[]
        {
            "JobId", "Status", "ActionType", "ClientId", "Configuration", "Summary", "FailureType", "FailureMessage",
            "PreviousJobId", "NextJobId",
        },
    };

    /// <summary>
    /// Hands the cmdlets on to the module that the user imported, and says what objects show where no view applies.
    /// </summary>
    public static void Complete(PSModuleInfo inner, PSModuleInfo outer)
    {
        if (inner is null || outer is null)
        {
            throw new ArgumentNullException(inner is null ? nameof(inner) : nameof(outer));
        }

        ExportCmdlets(inner, outer);
        AddTypeData();
    }

    /// <summary>
    /// Without it, <c>Import-Module -Force</c> loses cmdlets imported by <c>-Assembly</c> (PowerShell issue 20710).
    /// </summary>
    private static void ExportCmdlets(PSModuleInfo inner, PSModuleInfo outer)
    {
        MethodInfo? add = typeof(PSModuleInfo).GetMethod("AddExportedCmdlet", Internal);
        foreach (CmdletInfo cmdlet in inner.ExportedCmdlets.Values)
        {
            add?.Invoke(outer, new object[] { cmdlet });
        }
    }

    /// <summary>
    /// Without it an output of several types shows all properties of an object, nonce and continuation token too.
    /// </summary>
    private static void AddTypeData()
    {
        object? context = Runspace.DefaultRunspace is Runspace runspace
            ? typeof(Runspace).GetProperty("ExecutionContext", Internal)?.GetValue(runspace)
            : null;
        object? table = context?.GetType().GetProperty("TypeTable", Internal)?.GetValue(context);
        MethodInfo? add = table?.GetType().GetMethod("AddType", new[] { typeof(TypeData) });
        foreach (KeyValuePair<string, string[]> shown in Displayed)
        {
            var type = new TypeData(shown.Key)
            {
                DefaultDisplayPropertySet = new PropertySetData(shown.Value),
                IsOverride = true,
            };
            add?.Invoke(table, new object[] { type });
        }
    }
}
