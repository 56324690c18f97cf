using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The entry point of a worker process that runs the engine.</summary>
internal static class EngineProcess
{
    // A worker that was killed during a claim must restart within this time, even on a busy machine. Later, it cannot
    // find out whether it owns the job, and the job stays open until its time limit.
    public static readonly TimeSpan ClaimWindow = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] arguments)
    {
        (string actionType, string journal, string runs, string name, string work) =
            (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
        using DeathAtStep? death = arguments.Length > 5 ? new DeathAtStep(arguments[5]) : null;
        var session = new ThirdPartySession(
            name: null,
            new ClientSettings
            {
                Region = AwsEnvironmentVariables.Region,
                Environment = AwsEnvironmentVariables.Stamp(null),
            },
            tokens: null);
        var engine = new WorkerEngine(
            new WorkerOptions
            {
                ActionTypes = new[] { ActionTypeParser.Parse(actionType) },
                ThrottleLimit = WorkerProcess.Throttle,
                PollInterval = TimeSpan.FromMilliseconds(200),
                ClaimWindow = ClaimWindow,
                OpenJournal = WorkerJournal.Opener(journal, TimeProvider.System),
                WorkDirectory = work.Length > 0 ? work : null,
            },
            new ThirdPartyJobQueue(session),
            new WorkerHandler(runs, name),
            new ArtifactMover(TimeProvider.System),
            new Quiet());
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        await engine.RunAsync(stop.Token).ConfigureAwait(false);
        return 0;
    }

    private sealed class Quiet : IWorkerObserver
    {
        public void Report(WorkerEvent happened)
        {
            if (happened.Kind == WorkerEventKind.Warning)
            {
                Console.Error.WriteLine(happened.Message);
            }
        }
    }
}
