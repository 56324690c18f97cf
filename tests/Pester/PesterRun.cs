using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Engine;

namespace CodePipeline.ThirdParty.Pester;

/// <summary>Runs <c>tools/Test-Module.ps1</c> in a separate PowerShell process.</summary>
internal sealed class PesterRun(Action<string> report, Action<PesterRecord> receive, CancellationToken cancellation)
{
    /// <summary>The environment variable that selects the next major version of Pester if it is 1.</summary>
    private const string NextPesterVariable = "CPTHIRDPARTY_NEXT_PESTER";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNameCaseInsensitive = true };

    private int _records;
    private bool _anyFailed;

    /// <summary>The full paths of all Pester files.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Directory.GetFiles(Path.Combine(Metadata("Root"), "tests"), "*.Tests.ps1").Order(StringComparer.Ordinal)];

    /// <summary>Runs or lists the tests of files. Passes on the records of a file when it ends.</summary>
    /// <exception cref="InvalidOperationException">
    /// The run was aborted, or it failed without a failed test.
    /// </exception>
    public void Run(IEnumerable<string> files, bool listOnly)
    {
        PowerShellEngine engine = PowerShellEngine.Find(Metadata("Root"), report);
        string results = Path.GetTempFileName();
        try
        {
            Run(engine, results, files, listOnly);
        }
        finally
        {
            File.Delete(results);
        }
    }

    private static string Metadata(string key) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private void Run(PowerShellEngine engine, string results, IEnumerable<string> files, bool listOnly)
    {
        bool next = Environment.GetEnvironmentVariable(NextPesterVariable) == "1";
        List<string> arguments =
        [
            "-NoProfile", "-NonInteractive", "-File", Path.Combine(Metadata("Root"), "tools", "Test-Module.ps1"),
            "-PesterPath", Metadata(next ? "NextPester" : "Pester"), "-ResultPath", results,
            "-Path", string.Join(',', files),
        ];
        if (listOnly)
        {
            arguments.Add("-List");
        }

        ProcessStartInfo start = engine.StartInfo(arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["NO_COLOR"] = "1";
        start.Environment["LANG"] = "en_US.UTF-8";
        report($"PowerShell {engine.Version} ({(engine.IsPinned ? "the pinned tool" : engine.FileName)}) runs Pester.");

        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = new List<string>();
        while (process.StandardOutput.ReadLine() is string line)
        {
            // The script prints a line at the end of each file.
            report(line);
            output.Add(line);
            ReceiveNew(results);
        }

        process.WaitForExit();
        ReceiveNew(results);
        cancellation.ThrowIfCancellationRequested();

        // 0: all tests passed. 1: tests failed, and each has a record.
        bool isComplete = process.ExitCode == 0 || (process.ExitCode == 1 && _anyFailed);
        if (!isComplete || _records == 0)
        {
            throw new InvalidOperationException(string.Join(
                Environment.NewLine,
                [
                    $"tools/Test-Module.ps1 failed with exit code {process.ExitCode} after {_records} results.",
                    .. output.TakeLast(20), errors.Result,
                ]));
        }
    }

    private void ReceiveNew(string results)
    {
        using var file = new StreamReader(
            new FileStream(results, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        string text = file.ReadToEnd();
        foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n').SkipLast(1).Skip(_records))
        {
            PesterRecord record = JsonSerializer.Deserialize<PesterRecord>(line, s_json)!;
            _records++;
            _anyFailed |= record.Result == "Failed";
            receive(record);
        }
    }
}
