using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// Runs many jobs on several worker processes, injects faults, and kills a worker every few seconds and restarts it
/// with its journal. At the end, every job must have exactly one final result and must not have run twice.
/// </summary>
internal sealed class ChaosRun(ChaosOptions options, Action<string> say)
{
    private readonly Random _random = new(options.Seed);

    public async Task<ChaosResult> RunAsync(string folder)
    {
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions
        {
            // Longer than the time that a worker may take to claim a job, 20 s by default.
            LeaseTime = options.Kind != WorkerKind.Engine
                ? TimeSpan.FromSeconds(25)
                : EngineProcess.ClaimWindow + TimeSpan.FromSeconds(1),
            ContinuationDelay = TimeSpan.FromSeconds(1),
            RecordRequests = false,
            Faults = FaultPlan.Parse(options.FaultPlan),
        });
        AddJobs(emulator);
        WorkerProcess[] workers = Enumerable.Range(0, options.Workers)
            .Select(number => new WorkerProcess(emulator, folder, $"worker-{number}", options.Kind))
            .ToArray();
        var clock = Stopwatch.StartNew();
        int kills = 0;
        try
        {
            foreach (WorkerProcess worker in workers)
            {
                worker.Start();
            }

            TimeSpan nextKill = options.KillEvery;
            TimeSpan nextWord = TimeSpan.FromSeconds(10);
            int openAtKill = int.MaxValue;
            while (Open(emulator).Count() is int open and > 0 && clock.Elapsed < options.GiveUpAfter)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50)).ConfigureAwait(false);
                foreach (WorkerProcess worker in workers)
                {
                    worker.StartAgainIfEnded();
                }

                // Wait until a job has ended since the last kill. Otherwise a busy machine would only start workers.
                if (clock.Elapsed >= nextKill && open < openAtKill)
                {
                    workers[_random.Next(workers.Length)].KillAndStartAgain();
                    kills++;
                    openAtKill = open;
                    nextKill = clock.Elapsed + options.KillEvery;
                }

                if (clock.Elapsed >= nextWord)
                {
                    say($"{clock.Elapsed:mm\\:ss}  {open} jobs open, {kills} workers killed");
                    nextWord += TimeSpan.FromSeconds(10);
                }
            }
        }
        finally
        {
            foreach (WorkerProcess worker in workers)
            {
                worker.Stop();
            }
        }

        return new ChaosResult(
            emulator.GetJobs(), Runs.Read(folder), kills, clock.Elapsed,
            workers.SelectMany(worker => worker.UnexpectedEnds));
    }

    private void AddJobs(ThirdPartyEmulator emulator)
    {
        for (int i = 0; i < options.Jobs; i++)
        {
            // One job in ten fails; one in ten continues in a second job.
            string wish = _random.Next(10) switch
            {
                0 => WorkerHandler.Fail,
                1 => WorkerHandler.Continue,
                _ => WorkerHandler.Succeed,
            };
            emulator.AddJob(new EmulatedJobRequest(WorkerProcess.ActionType)
            {
                ClientId = $"client-{i % 7}",
                Configuration = new Dictionary<string, string> { [WorkerHandler.Wish] = wish },
            });
        }
    }

    private static IEnumerable<EmulatedJob> Open(ThirdPartyEmulator emulator) =>
        emulator.GetJobs().Where(job => !ChaosResult.IsFinal(job));
}
