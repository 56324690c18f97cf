using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Engine;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Runs the measured programs with the emulator's endpoint and credentials in their environment.</summary>
internal sealed class Peer(EmulatorServer server)
{
    /// <summary>
    /// The folder for PowerShell's startup cache; <see langword="null"/> for the user's folder.
    /// </summary>
    public string? Cache { get; set; }

    /// <summary>The program name that selects <see cref="Engine"/> in <see cref="Run"/> and similar methods.</summary>
    public const string PowerShell = "pwsh";

    public static string Module { get; } = Metadata("Module");

    public static PowerShellEngine Engine { get; } = PowerShellEngine.Find(Metadata("Root"), Console.WriteLine);

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "scripts", name);

    public static string Metadata(string key) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Whether the PATH contains a program.</summary>
    public static bool Has(string program) => program == PowerShell
        || (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .Any(path => File.Exists(path) || File.Exists(path + ".exe"));

    public static IEnumerable<double> Numbers(IEnumerable<string> lines) =>
        lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture));

    /// <summary>Runs a program and returns the lines of its output.</summary>
    /// <exception cref="InvalidOperationException">The exit code is not 0.</exception>
    public string[] Run(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new InvalidOperationException($"{program} failed with exit code {process.ExitCode}.");
    }

    /// <summary>Runs this program with other arguments.</summary>
    public string[] RunSelf(params string[] arguments) =>
        Run("dotnet", arguments.Prepend(Assembly.GetExecutingAssembly().Location).ToArray());

    /// <summary>Runs a program and returns its wall time in milliseconds.</summary>
    public double Time(string program, params string[] arguments)
    {
        long started = Stopwatch.GetTimestamp();
        Run(program, arguments);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Runs a program and returns its wall time and peak memory.</summary>
    public Measured Measure(string program, params string[] arguments)
    {
        long started = Stopwatch.GetTimestamp();
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // The process has ended.
            }
        }

        var measured = new Measured(Stopwatch.GetElapsedTime(started).TotalSeconds, peak / 1e6);
        return process.ExitCode == 0
            ? measured
            : throw new InvalidOperationException(
                $"{program} failed with exit code {process.ExitCode}: {output.Result}");
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = program == PowerShell
            ? Engine.StartInfo(arguments)
            : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        foreach ((string name, string value) in server.Environment)
        {
            start.Environment[name] = value;
        }

        if (Cache is not null)
        {
            start.Environment["XDG_CACHE_HOME"] = Cache;
        }

        return Process.Start(start)!;
    }
}

/// <summary>The wall time and peak memory of a process.</summary>
internal readonly record struct Measured(double Seconds, double PeakMegabytes);
