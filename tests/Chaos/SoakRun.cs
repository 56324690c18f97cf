using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// Runs one worker under constant load. After the warm-up, its memory, handles and threads must not grow.
/// </summary>
internal sealed class SoakRun(SoakOptions options, Action<string> say)
{
    private const int Samples = 120;

    public async Task<IReadOnlyList<string>> RunAsync(string folder)
    {
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions
        {
            RecordRequests = false,
            ActionTypes = new[] { WorkerProcess.ActionType },
        });
        emulator.AddClient("soak");
        var worker = new WorkerProcess(emulator, folder, "soak", options.Kind);
        var readings = new List<Reading>();
        var clock = Stopwatch.StartNew();
        long added = 0;
        try
        {
            worker.Start();
            TimeSpan step = options.Duration / Samples;
            while (clock.Elapsed < options.Duration)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
                for (; added < clock.Elapsed.TotalSeconds * options.JobsPerSecond; added++)
                {
                    emulator.AddJob(new EmulatedJobRequest(WorkerProcess.ActionType)
                    {
                        ClientId = "soak",
                        Configuration = new Dictionary<string, string> { [WorkerHandler.Wish] = WorkerHandler.Succeed },
                    });
                }

                if (worker.Process.HasExited)
                {
                    return new[] { $"The worker ended unexpectedly after {clock.Elapsed}." };
                }

                if (clock.Elapsed >= step * (readings.Count + 1))
                {
                    readings.Add(Reading.Of(worker.Process));
                    say($"{clock.Elapsed:hh\\:mm\\:ss}  {added} jobs, {readings[^1]}");
                }
            }
        }
        finally
        {
            worker.Stop();
        }

        List<Reading> warm = readings.Skip((int)(readings.Count * options.WarmUp)).ToList();
        List<Reading> early = warm.Take(warm.Count / 4).ToList();
        List<Reading> late = warm.Skip(warm.Count - (warm.Count / 4)).ToList();
        return new[]
        {
            Grown("memory", "MB", early, late, reading => reading.Megabytes),
            Grown("handles", string.Empty, early, late, reading => reading.Handles),
            Grown("threads", string.Empty, early, late, reading => reading.Threads),
        }.OfType<string>().ToArray();
    }

    /// <summary>Returns an error if a value has grown; otherwise <see langword="null"/>.</summary>
    private string? Grown(
        string what, string unit, List<Reading> early, List<Reading> late, Func<Reading, double> figure)
    {
        double before = Median(early.Select(figure));
        double after = Median(late.Select(figure));
        say(FormattableString.Invariant($"{what}: {before:0} {unit} after warm-up, {after:0} {unit} at the end"));

        // The thread pool varies by a few handles and threads.
        return after <= Math.Max(before * (1 + options.Tolerance), before + 5)
            ? null
            : FormattableString.Invariant($"The worker's {what} grew from {before:0} to {after:0} {unit}.");
    }

    private static double Median(IEnumerable<double> figures)
    {
        double[] sorted = figures.OrderBy(figure => figure).ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed record Reading(double Megabytes, int Handles, int Threads)
    {
        public static Reading Of(Process process)
        {
            process.Refresh();

            // On Unix, the runtime does not count the handles of another process, so count its open files.
            string files = $"/proc/{process.Id}/fd";
            return new Reading(
                process.WorkingSet64 / 1e6,
                Directory.Exists(files) ? Directory.GetFileSystemEntries(files).Length : process.HandleCount,
                process.Threads.Count);
        }

        public override string ToString() =>
            FormattableString.Invariant($"{Megabytes:0} MB, {Handles} handles, {Threads} threads");
    }
}
