using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Chaos.Faults;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// Runs the commands <c>chaos</c>, <c>faults</c> and <c>soak</c>, and the worker processes of <c>chaos</c> and
/// <c>soak</c>.
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

        var root = new RootCommand("Long tests of the worker with the emulator.") { Chaos(), MixedFaults(), Soak() };
        return await root.Parse(arguments).InvokeAsync().ConfigureAwait(false);
    }

    private static Command Chaos()
    {
        var defaults = new ChaosOptions();
        Option<int> jobs = Setting("--jobs", "Number of jobs", defaults.Jobs);
        Option<int> workers = Setting("--workers", "Number of worker processes", defaults.Workers);
        Option<int> seed = Setting("--seed", "Seed of the faults and kills", defaults.Seed);
        Option<double> faults = Setting("--faults", "Share of requests with a fault", defaults.Faults);
        Option<double> kill = Setting("--kill-every", "Seconds between kills", defaults.KillEvery.TotalSeconds);
        Option<bool> shell = Shell();
        var command = new Command(
            "chaos", "Injects faults and kills workers. Checks that every job has exactly one result.")
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
        Option<int> jobs = Setting("--jobs", "Number of jobs", 2000);
        Option<int> seed = Setting("--seed", "Seed of the faults and jobs", 1);
        var command = new Command(
            "faults", "Runs jobs with artifacts and mixed faults. Checks that each has one result and leaves no files.")
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
        Option<TimeSpan> duration = Setting("--duration", "Duration of the run", defaults.Duration);
        Option<int> rate = Setting("--jobs-per-second", "Jobs per second", defaults.JobsPerSecond);
        Option<bool> shell = Shell();
        var pipeline = new Option<bool>("--pipeline")
        {
            Description = "Run a pipeline of four cmdlets in pwsh instead of a worker",
        };
        var command = new Command(
            "soak", "Runs one worker under constant load. Checks that memory, handles and threads do not grow.")
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
        new("--pwsh") { Description = "Run the cmdlet in pwsh as the worker instead of the engine" };

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

            Console.WriteLine(wrong.Count == 0 ? "No errors." : $"{wrong.Count} errors.");
            return wrong.Count == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
