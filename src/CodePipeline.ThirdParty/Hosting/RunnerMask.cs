using System;
using System.Collections.Concurrent;
using System.IO;
using System.Management.Automation;
using CodePipeline.ThirdParty.Hosting.Runners;

namespace CodePipeline.ThirdParty.Hosting;

/// <summary>Tells a CI runner of each secret as it comes into being, so that the runner masks it in its logs.</summary>
public sealed class RunnerMask : IModuleAssemblyInitializer
{
    private static readonly ConcurrentDictionary<string, bool> s_told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Is("GITHUB_ACTIONS"))
        {
            SecretRegistry.Announced = secret => Tell(Console.Out, secret, GitHub);
        }
        else if (Is("TF_BUILD"))
        {
            SecretRegistry.Announced = secret => Tell(Console.Out, secret, AzureDevOps);
        }
    }

    internal static string GitHub(string line) => "::add-mask::" + line.Replace("%", "%25");

    internal static string AzureDevOps(string line) => "##vso[task.setsecret]" + line.Replace("%", "%AZP25");

    /// <summary>Runners mask line by line.</summary>
    internal static void Tell(TextWriter output, string secret, Func<string, string> command)
    {
        foreach (string line in secret.Split('\r', '\n'))
        {
            if (!string.IsNullOrWhiteSpace(line) && s_told.TryAdd(line, true))
            {
                output.WriteLine(command(line));
            }
        }
    }

    private static bool Is(string variable) => Runner.IsTrue(Environment.GetEnvironmentVariable(variable));
}
