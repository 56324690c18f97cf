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

/// <summary>Runs the programs that are measured, with the server's address and keys in their environment.</summary>
internal sealed class Peer(EmulatorServer server)
{
    /// <summary>
    /// Where PowerShell keeps what it remembers from one start to the next, if not in the user's own folder.
    /// </summary>
    public string? Cache { get; set; }

    /// <summary>The name under which <see cref="Run"/> and its kin take the engine, wherever it is.</summary>
    public const string PowerShell = "pwsh";

    public static string Module { get; } = Metadata("Module");

    public static PowerShellEngine Engine { get; } = PowerShellEngine.Find(Metadata("Root"), Console.WriteLine);

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "scripts", name);

    public static string Metadata(string key) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Whether a program is there at all.</summary>
    public static bool Has(string program) => program == PowerShell || (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .Any(path => File.Exists(path) || File.Exists(path + ".exe"));

    public static IEnumerable<double> Numbers(IEnumerable<string> lines) =>
        lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture));

    /// <summary>Runs to the end and gives what was printed.</summary>
    public string[] Run(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}.");
    }

    /// <summary>Runs this program with other arguments.</summary>
    public string[] RunSelf(params string[] arguments) =>
        Run("dotnet", arguments.Prepend(Assembly.GetExecutingAssembly().Location).ToArray());

    /// <summary>Milliseconds from the start of a process to its end.</summary>
    public double Time(string program, params string[] arguments)
    {
        long started = Stopwatch.GetTimestamp();
        Run(program, arguments);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Wall time of a process from start to end, and the most memory that it held.</summary>
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
                // It ended in between.
            }
        }

        var measured = new Measured(Stopwatch.GetElapsedTime(started).TotalSeconds, peak / 1e6);
        return process.ExitCode == 0
            ? measured
            : throw new InvalidOperationException(
                $"{program} ended with exit code {process.ExitCode}: {output.Result}");
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

/// <summary>What a process took.</summary>
internal readonly record struct Measured(double Seconds, double PeakMegabytes);
