using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace CodePipeline.ThirdParty;

/// <summary>Runs when PowerShell imports the assembly: registers type data.</summary>
/// <remarks>
/// Type data comes from C# because a types file costs 25 ms at import. PowerShell has no public method for it, so this
/// class finds one by reflection and skips the type data if the method is missing.
/// </remarks>
public sealed class ModuleImport : IModuleAssemblyInitializer
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>
    /// The default display properties by type name, for output where no view applies. Names avoid loading the types.
    /// </summary>
    internal static IReadOnlyDictionary<string, string[]> Displayed { get; } = new Dictionary<string, string[]>
    {
        ["CodePipeline.ThirdParty.Jobs.ThirdPartyJobDetail"] = new[]
        {
            "JobId", "Status", "ActionType", "PipelineName", "StageName", "ActionName", "Configuration",
            "InputArtifacts", "OutputArtifacts", "EncryptionKey", "ClientId",
        },
        ["CodePipeline.ThirdParty.Emulation.Jobs.EmulatedJob"] = new[]
        {
            "JobId", "Status", "ActionType", "ClientId", "Configuration", "InputArtifacts", "OutputArtifacts",
            "Summary", "FailureType", "FailureMessage", "PreviousJobId", "NextJobId",
        },
        ["CodePipeline.ThirdParty.Worker.JobReport"] = new[]
        {
            "JobId", "ActionType", "Outcome", "Duration", "FailureType", "Message",
        },
        ["CodePipeline.ThirdParty.Emulation.ThirdPartyEmulator"] = new[]
        {
            "Name", "Endpoint", "Region", "AccessKeyId", "SecretAccessKey", "IsRunning", "StartedAt",
        },
    };

    /// <inheritdoc/>
    public void OnImport() => AddTypeData();

    /// <summary>
    /// Without this type data, output of mixed types shows every property, including nonce and continuation token.
    /// </summary>
    private static void AddTypeData()
    {
        object? context = Runspace.DefaultRunspace is Runspace runspace
            ? typeof(Runspace).GetProperty("ExecutionContext", Internal)?.GetValue(runspace)
            : null;
        object? table = context?.GetType().GetProperty("TypeTable", Internal)?.GetValue(context);
        MethodInfo? method = table?.GetType().GetMethod("AddType", new[] { typeof(TypeData) });
        var add = method is null
            ? null
            : (Action<TypeData>?)Delegate.CreateDelegate(
                typeof(Action<TypeData>), table, method, throwOnBindFailure: false);
        foreach (KeyValuePair<string, string[]> shown in Displayed)
        {
            var type = new TypeData(shown.Key)
            {
                DefaultDisplayPropertySet = new PropertySetData(shown.Value),
                IsOverride = true,
            };
            add?.Invoke(type);
        }
    }
}
