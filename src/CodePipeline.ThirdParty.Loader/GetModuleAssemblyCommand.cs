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
    private static readonly object s_gate = new();
    private static Assembly? s_assembly;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        lock (s_gate)
        {
            s_assembly ??= Load(Path.GetDirectoryName(typeof(GetModuleAssemblyCommand).Assembly.Location)!);
        }

        WriteObject(s_assembly);
    }

#if NETFRAMEWORK
    // .NET Framework has no load contexts: the module shares what was loaded first.
    private static Assembly Load(string directory) =>
        Assembly.LoadFrom(Path.Combine(directory, "CodePipeline.ThirdParty.dll"));
#else
    private static Assembly Load(string directory) => new ModuleContext(directory).LoadModule();
#endif
}
