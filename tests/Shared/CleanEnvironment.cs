using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Keeps the machine's own AWS settings, proxies and metadata service out of the tests.</summary>
internal static class CleanEnvironment
{
    private static readonly string[] s_proxies = { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY" };

#pragma warning disable CA2255 // The SDK reads some variables once in a process, so they are set before any test.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Clear()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("AWS_", StringComparison.Ordinal) || name.StartsWith("CPTHIRDPARTY_", StringComparison.Ordinal)
                || s_proxies.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }

        string nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", nowhere + "-config");
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", nowhere + "-credentials");
    }
}
