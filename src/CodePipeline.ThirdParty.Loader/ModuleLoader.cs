using System.Reflection;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>What the psm1 calls.</summary>
/// <remarks>
/// A class of its own with one method: PowerShell reflects over all methods of a class before it calls the first, and those of a
/// load context took it ten milliseconds.
/// </remarks>
public static class ModuleLoader
{
    private static readonly object s_gate = new();
    private static ModuleContext? s_context;

    /// <summary>
    /// Gives the cmdlet assembly, loaded once in a process however often and from wherever it is asked for.
    /// </summary>
    /// <param name="directory">The folder of the assemblies. The first caller's counts.</param>
    public static Assembly Load(string directory)
    {
        lock (s_gate)
        {
            s_context ??= new ModuleContext(directory);
            return s_context.LoadModule();
        }
    }
}
