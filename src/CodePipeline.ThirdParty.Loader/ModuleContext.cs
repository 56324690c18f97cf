using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

namespace CodePipeline.ThirdParty.Loader;

/// <summary>
/// The load context of the module: our assemblies and the AWS SDK's live in it, apart from every other module's.
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

    /// <summary>The cmdlet assembly.</summary>
    public Assembly LoadModule() => LoadFromAssemblyName(new AssemblyName(ModuleAssembly));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // Not ours: the default context has it, System.Management.Automation among them.
        return assemblyName.Name is string name && _ours.Contains(name)
            ? LoadFromAssemblyPath(Path.Combine(_directory, name + ".dll"))
            : null;
    }
}
