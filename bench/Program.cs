using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Bench;

// Runs the benchmarks and prints each figure with the figure that it is compared with. Arguments select benchmarks by
// name. --write writes the report to docs/. With names, --write updates only these parts of a report from today.
var benchmarks = new Dictionary<string, Func<Report, Task>>
{
    ["details"] = DetailsBenchmark.RunAsync,
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["import"] = ImportBenchmark.RunAsync,
    ["cold"] = ColdBenchmark.RunAsync,
    ["artifacts"] = ArtifactBenchmark.RunAsync,
    ["worker"] = WorkerBenchmark.RunAsync,
};

// The worker benchmark starts this program again to measure the engine in a separate process.
if (args.FirstOrDefault() == EngineWorker.Argument)
{
    return await EngineWorker.RunAsync(args[1..]);
}

const string WriteSwitch = "--write";
bool isWritten = args.Contains(WriteSwitch);
args = args.Where(arg => arg != WriteSwitch).ToArray();
string[] unknown = args.Except(benchmarks.Keys).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"Unknown benchmark: {string.Join(", ", unknown)}. Use one of: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

if (isWritten && args.Length > 0 && !WrittenReport.CanRenew(Peer.Metadata("Docs")))
{
    Console.Error.WriteLine(
        "The report in docs/ is from another day, machine or program version, so it cannot be updated in part. "
        + $"Use {WriteSwitch} without names to measure and write everything.");
    return 2;
}

Console.WriteLine($"{WrittenReport.Machine}, {DateTime.UtcNow:yyyy-MM-dd}");
var report = new Report();
foreach ((string name, Func<Report, Task> run) in benchmarks)
{
    if (args.Length == 0 || args.Contains(name))
    {
        await run(report);
    }
}

if (isWritten)
{
    WrittenReport.Write(report, Peer.Metadata("Docs"));
}

string[] missed = report.Goals.Where(goal => !goal.IsReached).Select(goal => goal.What).ToArray();
Console.WriteLine();
Console.WriteLine(missed.Length == 0 ? "All goals were reached." : $"Missed goals: {string.Join("; ", missed)}.");
return missed.Length == 0 ? 0 : 1;
