using System;
using System.Collections;
using System.IO;
using System.Management.Automation;
using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// Returns the cmdlet assembly to the psm1. It loads the assembly once per process.
/// </summary>
/// <remarks>
/// This is a cmdlet and not a method, because PowerShell's first method call in a script adds about 50 ms to the
/// import.
/// </remarks>
[Cmdlet(VerbsCommon.Get, "CPModuleAssembly")]
[OutputType(typeof(Assembly))]
public sealed class GetModuleAssemblyCommand : PSCmdlet
{
    private const string Name = "CodePipeline.ThirdParty";

    // PowerShell 7.4 runs on .NET 8.
    private const int MinimumRuntime = 8;

    private static readonly Version s_minimumEngine = new(7, 4);
    private static readonly object s_gate = new();
    private static Assembly? s_assembly;

    /// <summary>The version of PowerShell, for tests; the default is the running version.</summary>
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
    /// Checks the version of PowerShell. The manifest cannot, because its minimum version must allow Windows PowerShell
    /// 5.1. An older PowerShell can load this assembly but not the others.
    /// </summary>
    private void CheckEngine()
    {
        if (Engine is null ? Environment.Version.Major >= MinimumRuntime : Engine >= s_minimumEngine)
        {
            return;
        }

        object? table = SessionState.PSVariable.GetValue("PSVersionTable");
        object? engine = Engine ?? (table as Hashtable)?["PSVersion"];
        string message = $"{Name} needs PowerShell {s_minimumEngine} or later, or Windows PowerShell 5.1; "
            + $"this is PowerShell {engine}.";

        // Throw like a throw statement: a cmdlet's terminating error would end only the statement of the psm1, not the
        // import.
        var error = new ErrorRecord(
            new NotSupportedException(message), "PowerShellTooOld", ErrorCategory.NotInstalled, engine);
        throw new RuntimeException(message, innerException: null, error) { WasThrownFromThrowStatement = true };
    }
#endif

#if NETFRAMEWORK
    // .NET Framework has no load contexts: the module shares assemblies that another module loaded first.
    private static Assembly Load(string directory) =>
        Assembly.LoadFrom(Path.Combine(directory, "CodePipeline.ThirdParty.dll"));
#else
    private static Assembly Load(string directory) => new ModuleContext(directory).LoadModule();
#endif
}
