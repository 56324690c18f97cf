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

/// <summary>The engine as the worker of a run: what a killed process is.</summary>
internal static class EngineProcess
{
    // A worker that was killed while it claimed has to be up again within it, also on a busy machine: later, nobody
    // could tell any more whose the job is, and it would hang to its time limit.
    public static readonly TimeSpan ClaimWindow = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] arguments)
    {
        (string actionType, string journal, string runs, string name, string work) =
            (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
        using DeathAtStep? death = arguments.Length > 5 ? new DeathAtStep(arguments[5]) : null;
        var session = new ThirdPartySession(
            name: null,
            new ClientSettings { Region = AwsEnvironmentVariables.Region, Environment = AwsEnvironmentVariables.Stamp(null) },
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
