using System;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The objects that the parts of a worker share.</summary>
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

    /// <summary>Moves artifacts; <see langword="null"/> if the worker moves none.</summary>
    public IArtifactMover? Mover { get; }

    public TimeProvider Clock { get; }

    public Func<double> Random { get; }

    public ShutdownCoordinator Shutdown { get; }

    public WorkDirectory WorkDirectory { get; }

    public IWorkerJournal Journal { get; set; } = new NoJournal();

    private IWorkerObserver Observer { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Reports an event. Ignores exceptions of the observer, so that they never affect a job.</summary>
    public void Report(WorkerEvent happened)
    {
        try
        {
            Observer.Report(happened);
        }
        catch (Exception)
        {
            // There is no other place to report it.
        }
    }

    public void Report(
        WorkerEventKind kind, string message, ActionTypeId? actionType = null, Exception? error = null) =>
        Report(new WorkerEvent(kind, Now) { Message = message, ActionType = actionType, Error = error });

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

    public RetryLoop NewRetryLoop(TimeSpan firstWait, TimeSpan longestWait) =>
        new(firstWait, longestWait, Clock, Random);
}
