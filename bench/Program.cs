using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Bench;

// Prints ratios of figures measured in this one run, side by side with what they are compared to. Names as arguments run only those.
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

string[] unknown = args.Except(benchmarks.Keys).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"There is no benchmark {string.Join(", ", unknown)}. There are: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}

Console.WriteLine(
    $"{RuntimeInformation.OSDescription.Split('#')[0].Trim()}, {Environment.ProcessorCount} cores, "
    + $"{RuntimeInformation.FrameworkDescription}, {DateTime.UtcNow:yyyy-MM-dd}");
var report = new Report();
foreach ((string name, Func<Report, Task> run) in benchmarks)
{
    if (args.Length == 0 || args.Contains(name))
    {
        await run(report);
    }
}

Console.WriteLine();
Console.WriteLine(report.Missed.Count == 0 ? "Every goal was reached." : $"Missed: {string.Join("; ", report.Missed)}.");
return report.Missed.Count == 0 ? 0 : 1;
