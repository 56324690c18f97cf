using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace CodePipeline.ThirdParty.Engine;

/// <summary>
/// Finds and starts PowerShell: a <c>pwsh</c> on the PATH if it is new enough, otherwise the .NET tool that
/// <c>.config/dotnet-tools.json</c> pins.
/// </summary>
/// <remarks>
/// Starts the engine directly and not through the tool's shim, because the shim does not forward signals to PowerShell.
/// </remarks>
internal sealed class PowerShellEngine
{
    private const string Probe =
        "$PSVersionTable.PSVersion.ToString(); $PSHOME; [Environment]::ProcessPath";

    private readonly string[] _leading;

    private PowerShellEngine(string fileName, string[] leading, string version, bool isPinned)
    {
        FileName = fileName;
        _leading = leading;
        Version = version;
        IsPinned = isPinned;
    }

    /// <summary>The oldest PowerShell that the module supports.</summary>
    public static Version Oldest { get; } = new(7, 4);

    /// <summary>The executable: <c>pwsh</c>, or <c>dotnet</c> for the .NET tool.</summary>
    public string FileName { get; }

    /// <summary>The version, as in <c>$PSVersionTable.PSVersion</c>.</summary>
    public string Version { get; }

    /// <summary>Whether this is the pinned .NET tool and not a <c>pwsh</c> on the PATH.</summary>
    public bool IsPinned { get; }

    /// <summary>Finds an engine. Restores the pinned .NET tool if the PATH has no suitable <c>pwsh</c>.</summary>
    /// <param name="root">The root of the repository.</param>
    /// <param name="report">Receives progress messages; <see langword="null"/> for none.</param>
    /// <exception cref="InvalidOperationException">
    /// No engine was found, and the tool cannot be restored or started.
    /// </exception>
    public static PowerShellEngine Find(string root, Action<string>? report = null)
    {
        foreach (string path in OnPath())
        {
            if (Ask(path, [], root, isPinned: false, out _) is PowerShellEngine found)
            {
                return found;
            }
        }

        string[] run = ["tool", "run", "pwsh", "--"];
        if (Ask(DotNet, run, root, isPinned: true, out _) is PowerShellEngine restored)
        {
            return restored;
        }

        report?.Invoke(
            $"The PATH has no pwsh {Oldest} or later. Restoring the PowerShell tool from .config/dotnet-tools.json.");
        (int exitCode, string output) = Run(DotNet, ["tool", "restore"], root);
        string answer = string.Empty;
        return (exitCode == 0 ? Ask(DotNet, run, root, isPinned: true, out answer) : null)
            ?? throw new InvalidOperationException(
                $"Cannot start PowerShell: {(exitCode == 0 ? answer : output).Trim()} "
                + $"Put pwsh {Oldest} or later on the PATH, or check that 'dotnet tool restore' works.");
    }

    /// <summary>Creates the start information for arguments such as <c>-NoProfile</c>.</summary>
    public ProcessStartInfo StartInfo(params IEnumerable<string> arguments) => new(FileName, Arguments(arguments));

    /// <summary>Returns the arguments for <see cref="FileName"/>.</summary>
    public string[] Arguments(params IEnumerable<string> arguments) => [.. _leading, .. arguments];

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host
        ? host
        : "dotnet";

    private static IEnumerable<string> OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
        .Where(File.Exists);

    private static PowerShellEngine? Ask(
        string program, string[] leading, string root, bool isPinned, out string answer)
    {
        (int exitCode, answer) = Run(
            program, [.. leading, "-NoProfile", "-NonInteractive", "-Command", Probe], root);
        string[] lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (exitCode != 0 || lines.Length != 3
            || !System.Version.TryParse(lines[0].Split('-')[0], out Version? version) || version < Oldest)
        {
            return null;
        }

        // The process of the .NET tool is dotnet, which runs pwsh.dll.
        bool isTool = string.Equals(
            Path.GetFileNameWithoutExtension(lines[2]), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new PowerShellEngine(
            lines[2], isTool ? [Path.Combine(lines[1], "pwsh.dll")] : [], lines[0], isPinned);
    }

    private static (int ExitCode, string Output) Run(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["NO_COLOR"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
        }
        catch (Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
