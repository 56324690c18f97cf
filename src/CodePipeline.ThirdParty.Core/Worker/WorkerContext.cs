using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>What the parts of a worker share.</summary>
internal sealed class WorkerContext
{
    public WorkerContext(
        WorkerOptions options,
        IJobQueue queue,
        IJobHandler handler,
        IArtifactMover? mover,
        IWorkerObserver observer,
        TimeProvider clock,
        Func<double> random)
    {
        Options = options;
        Queue = queue;
        Handler = handler;
        Mover = options.MoveArtifacts ? mover : null;
        Observer = observer;
        Clock = clock;
        Random = random;
        Shutdown = new ShutdownCoordinator(options.StopTimeout, clock);
        WorkDirectory = new WorkDirectory(options.WorkDirectory, clock, text => Warn(null, text));
    }

    public WorkerOptions Options { get; }

    public IJobQueue Queue { get; }

    public IJobHandler Handler { get; }

    /// <summary>What moves artifacts; <see langword="null"/> where none are moved.</summary>
    public IArtifactMover? Mover { get; }

    public TimeProvider Clock { get; }

    public Func<double> Random { get; }

    public ShutdownCoordinator Shutdown { get; }

    public WorkDirectory WorkDirectory { get; }

    public IWorkerJournal Journal { get; set; } = new NoJournal();

    private IWorkerObserver Observer { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Tells the observer. What goes wrong there is its own affair, and costs no job.</summary>
    public void Report(WorkerEvent happened)
    {
        try
        {
            Observer.Report(happened);
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }

    public void Report(WorkerEventKind kind, JobTicket job, string message, Exception? error = null) =>
        Report(new WorkerEvent(kind, Now) { Job = job, ActionType = job.ActionType, Message = message, Error = error });

    public void Warn(JobTicket? job, string message, Exception? error = null) => Report(
        new WorkerEvent(WorkerEventKind.Warning, Now)
        {
            Job = job,
            ActionType = job?.ActionType,
            Message = message,
            Error = error,
        });

    /// <summary>Waits; <see langword="false"/> where the end came first.</summary>
    public async Task<bool> WaitAsync(TimeSpan time, CancellationToken end)
    {
        try
        {
            await Clock.DelayAsync(time, end).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
