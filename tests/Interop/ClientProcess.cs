using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>The result of a client program.</summary>
internal sealed record ClientResult(int ExitCode, string Output, string Error);

/// <summary>Runs a client program with an emulator and without access to other credentials.</summary>
internal static class ClientProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly string s_nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    /// <summary>Runs a program; returns <see langword="null"/> if it is not installed.</summary>
    internal static async Task<ClientResult?> RunAsync(
        string program,
        IEnumerable<string> arguments,
        ThirdPartyEmulator? emulator = null,
        IReadOnlyDictionary<string, string>? variables = null,
        TimeSpan? patience = null,
        string? folder = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        SetEnvironment(start.Environment, emulator, variables);
        Process? started;
        try
        {
            started = Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }

        using Process process = started!;
        process.StandardInput.Close();
        using CancellationTokenSource timeout = new(patience ?? s_patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new ClientResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static void SetEnvironment(
        IDictionary<string, string?> environment,
        ThirdPartyEmulator? emulator,
        IReadOnlyDictionary<string, string>? variables)
    {
        // Hide the machine's AWS settings and proxies from the client.
        foreach (string name in new List<string>(environment.Keys))
        {
            if (name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase))
            {
                environment.Remove(name);
            }
        }

        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        environment["AWS_CONFIG_FILE"] = s_nowhere;
        environment["AWS_SHARED_CREDENTIALS_FILE"] = s_nowhere;
        environment["AWS_MAX_ATTEMPTS"] = "1";
        environment["AWS_PAGER"] = string.Empty;
        environment["PYTHONDONTWRITEBYTECODE"] = "1";
        if (emulator is not null)
        {
            environment["AWS_ENDPOINT_URL_CODEPIPELINE"] = emulator.Endpoint.AbsoluteUri;
            environment["AWS_ENDPOINT_URL_S3"] = emulator.Endpoint.AbsoluteUri;
            environment["AWS_DEFAULT_REGION"] = emulator.Region;
            environment["AWS_ACCESS_KEY_ID"] = emulator.AccessKeyId;
            environment["AWS_SECRET_ACCESS_KEY"] = emulator.SecretAccessKey.Reveal();
        }

        foreach (KeyValuePair<string, string> variable in variables ?? new Dictionary<string, string>())
        {
            environment[variable.Key] = variable.Value;
        }
    }
}
