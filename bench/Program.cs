using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Bench;

// Prints ratios of figures measured in this one run, side by side with what they are compared to. Names as arguments
// run only those; --write puts the report of all into docs/, or renews those parts of one that was made here today.
var benchmarks = new Dictionary<string, Func<Report, Task>>
{
    ["details"] = DetailsBenchmark.RunAsync,
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["import"] = ImportBenchmark.RunAsync,
    ["cold"] = ColdBenchmark.RunAsync,
    ["artifacts"] = ArtifactBenchmark.RunAsync,
    ["worker"] = WorkerBenchmark.RunAsync,
};

// What the worker's benchmark measures in a process of its own.
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
        $"There is no benchmark {string.Join(", ", unknown)}. There are: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

if (isWritten && args.Length > 0 && !WrittenReport.CanRenew(Peer.Metadata("Docs")))
{
    Console.Error.WriteLine(
        "The report in docs/ is of another day, machine or version of a program, so that parts of this run do not go "
        + $"with it: leave the names out, and {WriteSwitch} measures and writes everything.");
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
Console.WriteLine(missed.Length == 0 ? "Every goal was reached." : $"Missed: {string.Join("; ", missed)}.");
return missed.Length == 0 ? 0 : 1;
