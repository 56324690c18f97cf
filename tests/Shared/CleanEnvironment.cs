using System;
using System.Collections;
using System.Linq;
using System.Runtime.CompilerServices;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Hides the machine's AWS settings, proxies and metadata service from the tests.</summary>
internal static class CleanEnvironment
{
    private static readonly string[] s_proxies = { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY" };

#pragma warning disable CA2255 // The environment must be clean before any test runs.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Clear()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("AWS_", StringComparison.Ordinal)
                || name.StartsWith("CPTHIRDPARTY_", StringComparison.Ordinal)
                || s_proxies.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }

        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        string config = AwsConfigFile.Make();
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", config);
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", config + "-none");
    }
}
