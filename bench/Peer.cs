using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Runs the programs that are measured, with the server's address and keys in their environment.</summary>
internal sealed class Peer(EmulatorServer server)
{
    public static string Module { get; } = Metadata("Module");

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "scripts", name);

    public static string Metadata(string key) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>Whether a program is there at all.</summary>
    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

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

    /// <summary>Milliseconds from the start of a process to its end.</summary>
    public double Time(string program, params string[] arguments)
    {
        long started = Stopwatch.GetTimestamp();
        Run(program, arguments);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach ((string name, string value) in server.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
