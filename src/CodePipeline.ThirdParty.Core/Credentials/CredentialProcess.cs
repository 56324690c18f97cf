using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Runs a program that prints keys (credential_process).</summary>
internal sealed class CredentialProcess : CredentialSource
{
    private const int LongestError = 500;

    private readonly string _profile;
    private readonly IReadOnlyList<string> _words;

    private CredentialProcess(string profile, IReadOnlyList<string> words)
    {
        _profile = profile;
        _words = words;
    }

    /// <summary>The source; <see langword="null"/> if the profile names no program.</summary>
    /// <exception cref="CredentialException">The command line cannot be parsed.</exception>
    public static CredentialProcess? Find(Profile profile)
    {
        if (profile["credential_process"] is not IniValue line)
        {
            return null;
        }

        try
        {
            List<string> words = Path.DirectorySeparatorChar == '\\'
                ? CommandLineParser.SplitWindows(line.Text)
                : CommandLineParser.SplitPosix(line.Text);
            return words.Count > 0
                ? new CredentialProcess(profile.Name, words)
                : throw ConfigFileError.Value(profile.Name, "credential_process", line, "it names no program");
        }
        catch (FormatException error)
        {
            throw ConfigFileError.Value(profile.Name, "credential_process", line, error.Message);
        }
    }

    public override async Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        (string output, string errors, int exitCode) = await RunAsync(cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            throw Failed(
                _profile,
                $"credential_process '{_words[0]}' ended with exit code {exitCode}"
                + (errors.Length > 0 ? $": {errors}" : string.Empty));
        }

        try
        {
            using JsonDocument document = CredentialJson.Parse(output);
            int version = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("Version", out JsonElement number)
                && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
            return version == 1
                ? CredentialJson.Read(
                    document.RootElement, "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
                : throw new FormatException("Version is not 1");
        }
        catch (FormatException error)
        {
            // The message leaves out the output, which may contain keys.
            throw Failed(_profile, $"the output of credential_process '{_words[0]}' is invalid: {error.Message}");
        }
    }

    private async Task<(string Output, string Errors, int ExitCode)> RunAsync(CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            throw Failed(_profile, $"credential_process '{_words[0]}' could not start: {error.Message}", error);
        }

        using CancellationTokenRegistration stop = cancellationToken.Register(() => Stop(process));
#pragma warning disable CA2016 // .NET Framework has no such overloads. A cancellation kills the program.
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
#pragma warning restore CA2016
        string text = await output.ConfigureAwait(false);
        string errorText = (await errors.ConfigureAwait(false)).Trim();
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        errorText = errorText.Length > LongestError ? errorText.Substring(0, LongestError) + "…" : errorText;
        return (text, errorText, process.ExitCode);
    }

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(_words[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            StandardOutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
#if NET
        foreach (string word in _words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }
#else
        start.Arguments = string.Join(" ", _words.Skip(1).Select(Quote));
#endif
        return start;
    }

#if !NET
    /// <summary>Quotes a word so that Windows programs parse it as one word.</summary>
    private static string Quote(string word)
    {
        var quoted = new StringBuilder("\"");
        int backslashes = 0;
        foreach (char c in word)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            quoted.Append('\\', c == '"' ? (2 * backslashes) + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        return quoted.Append('\\', 2 * backslashes).Append('"').ToString();
    }
#endif

    private static void Stop(Process process)
    {
        try
        {
#if NET
            process.Kill(entireProcessTree: true);
#else
            process.Kill();
#endif
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            // The program has already ended.
        }
    }
}
