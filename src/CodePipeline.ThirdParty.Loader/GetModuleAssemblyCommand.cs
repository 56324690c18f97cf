using System;
using System.Collections;
using System.IO;
using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// Gives the psm1 the cmdlet assembly, loaded once in a process however often and from wherever it is asked for.
/// </summary>
/// <remarks>
/// A cmdlet, and not a method that the psm1 calls: the first method call in script costs PowerShell some 50 ms at
/// import.
/// </remarks>
[Cmdlet(VerbsCommon.Get, "CPModuleAssembly")]
[OutputType(typeof(Assembly))]
public sealed class GetModuleAssemblyCommand : PSCmdlet
{
    private const string Name = "CodePipeline.ThirdParty";

    // .NET's, which PowerShell 7.4 runs on.
    private const int OldestRuntime = 8;

    private static readonly Version s_oldest = new(7, 4);
    private static readonly object s_gate = new();
    private static Assembly? s_assembly;

    /// <summary>The version of PowerShell; the running one if not given. For tests.</summary>
    [Parameter(DontShow = true)]
    public Version? Engine { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
#if !NETFRAMEWORK
        CheckEngine();
#endif
        lock (s_gate)
        {
            s_assembly ??= Load(Path.GetDirectoryName(typeof(GetModuleAssemblyCommand).Assembly.Location)!);
        }

        WriteObject(s_assembly);
    }

#if !NETFRAMEWORK
    /// <summary>
    /// The manifest cannot say it: its least version is that of Windows PowerShell. The runtime of an older
    /// PowerShell loads the loader, and none of the other assemblies.
    /// </summary>
    private void CheckEngine()
    {
        if (Engine is null ? Environment.Version.Major >= OldestRuntime : Engine >= s_oldest)
        {
            return;
        }

        object? table = SessionState.PSVariable.GetValue("PSVersionTable");
        object? engine = Engine ?? (table as Hashtable)?["PSVersion"];
        string message = $"{Name} needs PowerShell {s_oldest} or later, or Windows PowerShell 5.1; this is {engine}.";

        // As a throw statement does: the error of a cmdlet would end the line of the psm1, and not the import.
        var error = new ErrorRecord(
            new NotSupportedException(message), "PowerShellTooOld", ErrorCategory.NotInstalled, engine);
        throw new RuntimeException(message, innerException: null, error) { WasThrownFromThrowStatement = true };
    }
#endif

#if NETFRAMEWORK
    // .NET Framework has no load contexts: the module shares what was loaded first.
    private static Assembly Load(string directory) =>
        Assembly.LoadFrom(Path.Combine(directory, "CodePipeline.ThirdParty.dll"));
#else
    private static Assembly Load(string directory) => new ModuleContext(directory).LoadModule();
#endif
}
