using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Receives a worker's events.</summary>
internal interface IWorkerObserver
{
    /// <summary>Receives one event, on any thread. Must return quickly. The worker ignores exceptions.</summary>
    void Report(WorkerEvent happened);
}

/// <summary>The kinds of <see cref="WorkerEvent"/>.</summary>
internal enum WorkerEventKind
{
    /// <summary>The worker starts to poll.</summary>
    Started,

    /// <summary>A poll returned <see cref="WorkerEvent.Count"/> jobs.</summary>
    Polled,

    /// <summary>A poll failed. The worker retries after a wait that grows with each failure.</summary>
    PollFailed,

    /// <summary>The worker continues with a job that an earlier worker left in the journal.</summary>
    Recovered,

    /// <summary>The worker skips a job: it cannot read or claim it, or a worker already has it.</summary>
    JobSkipped,

    /// <summary>The worker claimed the job.</summary>
    JobClaimed,

    /// <summary>The input artifacts are in place, and the handler starts.</summary>
    HandlerStarted,

    /// <summary>The handler ended, or the worker gave up waiting for it.</summary>
    HandlerEnded,

    /// <summary>The handler could not be stopped. It keeps its slot until it ends.</summary>
    HandlerLeftBehind,

    /// <summary>An attempt to deliver a result failed. The worker retries.</summary>
    ResultDelayed,

    /// <summary>The worker is done with the job; see <see cref="WorkerEvent.Result"/>.</summary>
    JobEnded,

    /// <summary>The worker takes no more jobs. Running handlers may still finish.</summary>
    Stopping,

    /// <summary>A problem that the user should know about and that does not end the worker.</summary>
    Warning,

    /// <summary>A detail for verbose output, such as a missing output artifact or the progress of a transfer.</summary>
    Note,

    /// <summary>The worker has ended.</summary>
    Stopped,
}

/// <summary>One event of a worker.</summary>
internal sealed record WorkerEvent(WorkerEventKind Kind, DateTimeOffset Time)
{
    public JobTicket? Job { get; init; }

    public ActionTypeId? ActionType { get; init; }

    /// <summary>The event as a sentence. Contains no secrets.</summary>
    public string Message { get; init; } = string.Empty;

    public Exception? Error { get; init; }

    public int Count { get; init; }

    public JobReport? Result { get; init; }
}
