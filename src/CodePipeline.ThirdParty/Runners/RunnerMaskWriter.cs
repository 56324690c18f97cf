using System;
using System.Collections.Concurrent;
using System.Management.Automation;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>Tells a CI runner of each secret as it comes into being, so that the runner masks it in its logs.</summary>
public sealed class RunnerMaskWriter : IModuleAssemblyInitializer
{
    private static readonly ConcurrentDictionary<string, bool> s_told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Is("GITHUB_ACTIONS"))
        {
            SecretRegistry.Announced = secret => Tell(RunnerCommandWriter.Current.Write, secret, GitHub);
        }
        else if (Is("TF_BUILD"))
        {
            SecretRegistry.Announced = secret => Tell(RunnerCommandWriter.Current.Write, secret, AzureDevOps);
        }
    }

    internal static string GitHub(string line) => "::add-mask::" + line.Replace("%", "%25");

    internal static string AzureDevOps(string line) => "##vso[task.setsecret]" + line.Replace("%", "%AZP25");

    /// <summary>Runners mask line by line. What hides too little, and would hide much else, is not told.</summary>
    internal static void Tell(Action<string> write, string secret, Func<string, string> command)
    {
        foreach (string line in MaskRules.LinesOf(secret))
        {
            if (s_told.TryAdd(line, true))
            {
                write(command(line));
            }
        }
    }

    private static bool Is(string variable) => Runner.IsTrue(Environment.GetEnvironmentVariable(variable));
}
