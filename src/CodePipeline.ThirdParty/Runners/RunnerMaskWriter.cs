using System;
using System.Collections.Concurrent;
using System.Management.Automation;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>
/// Sends a mask command to the CI runner for each new secret, so that the runner masks the secret in its logs.
/// </summary>
public sealed class RunnerMaskWriter : IModuleAssemblyInitializer
{
    private static readonly ConcurrentDictionary<string, bool> s_masked = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Is("GITHUB_ACTIONS"))
        {
            SecretRegistry.Announced = secret => WriteMask(RunnerCommandWriter.Current.Write, secret, GitHub);
        }
        else if (Is("TF_BUILD"))
        {
            SecretRegistry.Announced = secret => WriteMask(RunnerCommandWriter.Current.Write, secret, AzureDevOps);
        }
    }

    internal static string GitHub(string line) => "::add-mask::" + line.Replace("%", "%25");

    internal static string AzureDevOps(string line) => "##vso[task.setsecret]" + line.Replace("%", "%AZP25");

    /// <summary>
    /// Writes a mask command for each line of a secret, because runners mask by line. Skips lines that are too short to
    /// mask safely.
    /// </summary>
    internal static void WriteMask(Action<string> write, string secret, Func<string, string> command)
    {
        foreach (string line in MaskRules.LinesOf(secret))
        {
            if (s_masked.TryAdd(line, true))
            {
                write(command(line));
            }
        }
    }

    private static bool Is(string variable) => Runner.IsTrue(Environment.GetEnvironmentVariable(variable));
}
