using System;
using System.IO;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Writes the AWS config file of the test process. Disposing clears the file.</summary>
/// <remarks>Only tests in the collection <see cref="RunsAlone"/> may use this class.</remarks>
internal sealed class AwsConfigFile : IDisposable
{
    // Next to the tests instead of in the temporary folder, because a killed process cannot delete the file.
    private static readonly string s_path =
        Path.Combine(AppContext.BaseDirectory, $"aws-{Guid.NewGuid():N}.config");

    public AwsConfigFile(string text) => File.WriteAllText(s_path, text);

    /// <summary>Creates the empty file for the lifetime of the process and returns its path.</summary>
    public static string Make()
    {
        File.WriteAllText(s_path, string.Empty);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(s_path);
        return s_path;
    }

    public void Dispose() => File.WriteAllText(s_path, string.Empty);
}
