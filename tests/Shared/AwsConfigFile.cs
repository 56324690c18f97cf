using System;
using System.IO;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>The AWS config file of the test process, which a test fills for as long as it needs it.</summary>
/// <remarks>For tests of <see cref="RunsAlone"/> only.</remarks>
internal sealed class AwsConfigFile : IDisposable
{
    // Beside the tests, not in the system's temporary folder: a process that is killed cannot delete it.
    private static readonly string s_path =
        Path.Combine(AppContext.BaseDirectory, $"aws-{Guid.NewGuid():N}.config");

    public AwsConfigFile(string text) => File.WriteAllText(s_path, text);

    /// <summary>Makes the file, empty, until the process ends. Gives its path.</summary>
    public static string Make()
    {
        File.WriteAllText(s_path, string.Empty);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(s_path);
        return s_path;
    }

    public void Dispose() => File.WriteAllText(s_path, string.Empty);
}
