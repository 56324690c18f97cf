using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// The load context of the module. It isolates the module's assemblies, including the AWS SDK, from other modules.
/// </summary>
internal sealed class ModuleContext : AssemblyLoadContext
{
    private const string ModuleAssembly = "CodePipeline.ThirdParty";

    private readonly string _directory;
    private readonly HashSet<string> _ours;

    public ModuleContext(string directory)
        : base(ModuleAssembly)
    {
        _directory = directory;
        _ours = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string file in Directory.EnumerateFiles(directory, "*.dll"))
        {
            _ours.Add(Path.GetFileNameWithoutExtension(file));
        }
    }

    /// <summary>Loads the cmdlet assembly.</summary>
    public Assembly LoadModule() => LoadFromAssemblyName(new AssemblyName(ModuleAssembly));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // Null asks the default context, for example for System.Management.Automation.
        return assemblyName.Name is string name && _ours.Contains(name)
            ? LoadFromAssemblyPath(Path.Combine(_directory, name + ".dll"))
            : null;
    }
}
