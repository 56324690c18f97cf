using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Runs the worker engine in a separate process, with a handler that does nothing.</summary>
internal static class EngineWorker
{
    public const string Argument = "engine-worker";

    // The worker polls once a second. After about 30 calls, the JIT recompiles the code; that is not part of idling.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Arguments: action type, number of parallel handlers, warm-up jobs and jobs; or <c>idle</c> and the action type.
    /// </summary>
    public static Task<int> RunAsync(string[] arguments) => arguments[0] == "idle"
        ? IdleAsync(arguments[1])
        : WorkAsync(
            arguments[0],
            int.Parse(arguments[1], CultureInfo.InvariantCulture),
            int.Parse(arguments[2], CultureInfo.InvariantCulture),
            int.Parse(arguments[3], CultureInfo.InvariantCulture));

    private static async Task<int> WorkAsync(string actionType, int throttle, int warmUp, int jobs)
    {
        var counter = new Counter(warmUp);
        await Engine(actionType, throttle, jobs, counter).RunAsync(CancellationToken.None);
        if (counter.Succeeded != jobs)
        {
            await Console.Error.WriteLineAsync($"{counter.Succeeded} of {jobs} jobs succeeded.");
            return 1;
        }

        Console.WriteLine(((jobs - warmUp) / counter.Seconds).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Prints the CPU usage in percent of a core, and the memory in MB, of an idle worker.</summary>
    private static async Task<int> IdleAsync(string actionType)
    {
        using var stop = new CancellationTokenSource();
        Task worker = Engine(actionType, throttle: 8, jobs: null, new Counter(int.MaxValue)).RunAsync(stop.Token);
        await Task.Delay(s_settle);
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(s_idle);
        self.Refresh();
        double share = (self.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(started);
        Console.WriteLine((share * 100).ToString(CultureInfo.InvariantCulture));
        Console.WriteLine((self.WorkingSet64 / 1e6).ToString(CultureInfo.InvariantCulture));
        await stop.CancelAsync();
        await worker;
        return 0;
    }

    private static WorkerEngine Engine(string actionType, int throttle, int? jobs, IWorkerObserver observer)
    {
        var session = new ThirdPartySession(
            name: null,
            new ClientSettings
            {
                Region = AwsEnvironmentVariables.Region,
                Environment = AwsEnvironmentVariables.Stamp(null),
            },
            tokens: null);
        return new WorkerEngine(
            new WorkerOptions
            {
                ActionTypes = new[] { ActionTypeParser.Parse(actionType) },
                ThrottleLimit = throttle,
                MaxJobs = jobs,
                MoveArtifacts = false,
            },
            new ThirdPartyJobQueue(session),
            new NoWork(),
            artifacts: null,
            observer);
    }

    private sealed class NoWork : IJobHandler
    {
        public Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken) =>
            Task.FromResult<ThirdPartyJobOutcome?>(null);
    }

    private sealed class Counter(int warmUp) : IWorkerObserver
    {
        private long _started;
        private int _succeeded;

        public int Succeeded => _succeeded;

        public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;

        public void Report(WorkerEvent happened)
        {
            if (happened.Result?.Outcome == WorkerOutcomes.Succeeded && Interlocked.Increment(ref _succeeded) == warmUp)
            {
                _started = Stopwatch.GetTimestamp();
            }
        }
    }
}
