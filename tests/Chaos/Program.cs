using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Chaos.Faults;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// The long runs: <c>chaos</c>, <c>faults</c> and <c>soak</c>; and the worker process that the first and the last
/// start.
/// </summary>
internal static class Program
{
    public const string WorkerArgument = "worker";

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.Length > 0 && arguments[0] == WorkerArgument)
        {
            return await EngineProcess.RunAsync(arguments[1..]).ConfigureAwait(false);
        }

        var root = new RootCommand("Long runs of the worker against the emulator.") { Chaos(), MixedFaults(), Soak() };
        return await root.Parse(arguments).InvokeAsync().ConfigureAwait(false);
    }

    private static Command Chaos()
    {
        var defaults = new ChaosOptions();
        Option<int> jobs = Setting("--jobs", "How many jobs", defaults.Jobs);
        Option<int> workers = Setting("--workers", "How many worker processes", defaults.Workers);
        Option<int> seed = Setting("--seed", "What the faults and kills are drawn from", defaults.Seed);
        Option<double> faults = Setting("--faults", "The share of broken calls", defaults.Faults);
        Option<double> kill = Setting("--kill-every", "Seconds between kills", defaults.KillEvery.TotalSeconds);
        Option<bool> shell = Shell();
        var command = new Command(
            "chaos", "Broken calls, and workers killed and started again: every job has exactly one result.")
        {
            jobs, workers, seed, faults, kill, shell,
        };
        command.SetAction(async (parsed, _) => await InFolderAsync(async folder =>
        {
            ChaosResult result = await new ChaosRun(
                new ChaosOptions
                {
                    Jobs = parsed.GetValue(jobs),
                    Workers = parsed.GetValue(workers),
                    Seed = parsed.GetValue(seed),
                    Faults = parsed.GetValue(faults),
                    KillEvery = TimeSpan.FromSeconds(parsed.GetValue(kill)),
                    Kind = parsed.GetValue(shell) ? WorkerKind.Cmdlet : WorkerKind.Engine,
                },
                Console.WriteLine).RunAsync(folder).ConfigureAwait(false);
            Console.WriteLine(result);
            return result.Wrong;
        }).ConfigureAwait(false));
        return command;
    }

    private static Command MixedFaults()
    {
        Option<int> jobs = Setting("--jobs", "How many jobs", 2000);
        Option<int> seed = Setting("--seed", "What faults and jobs are drawn from", 1);
        var command = new Command(
            "faults", "Jobs with artifacts under mixtures of all faults: each has one result, and nothing is left.")
        {
            jobs, seed,
        };
        command.SetAction(async (parsed, _) => await InFolderAsync(
            _ => new FaultsRun(parsed.GetValue(jobs), parsed.GetValue(seed), Console.WriteLine).RunAsync())
            .ConfigureAwait(false));
        return command;
    }

    private static Command Soak()
    {
        var defaults = new SoakOptions();
        Option<TimeSpan> duration = Setting("--duration", "How long", defaults.Duration);
        Option<int> rate = Setting("--jobs-per-second", "The load", defaults.JobsPerSecond);
        Option<bool> shell = Shell();
        var pipeline =
            new Option<bool>("--pipeline") { Description = "The four cmdlets in a pipeline in pwsh, not a worker" };
        var command = new Command("soak", "One worker under a steady load: memory, handles and threads stay flat.")
        {
            duration, rate, shell, pipeline,
        };
        command.SetAction(async (parsed, _) => await InFolderAsync(folder => new SoakRun(
            new SoakOptions
            {
                Duration = parsed.GetValue(duration),
                JobsPerSecond = parsed.GetValue(rate),
                Kind = parsed.GetValue(pipeline) ? WorkerKind.Pipeline
                    : parsed.GetValue(shell) ? WorkerKind.Cmdlet
                    : WorkerKind.Engine,
            },
            Console.WriteLine).RunAsync(folder)).ConfigureAwait(false));
        return command;
    }

    private static Option<T> Setting<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<bool> Shell() =>
        new("--pwsh") { Description = "The cmdlet in pwsh as the worker, not the engine in .NET" };

    private static async Task<int> InFolderAsync(Func<string, Task<IReadOnlyList<string>>> run)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cpthirdparty-");
        try
        {
            IReadOnlyList<string> wrong = await run(folder.FullName).ConfigureAwait(false);
            foreach (string line in wrong)
            {
                Console.WriteLine(line);
            }

            Console.WriteLine(wrong.Count == 0 ? "All is well." : $"{wrong.Count} things are wrong.");
            return wrong.Count == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
