using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Hears what a worker does. Called from any thread; must not block for long, and must not throw.</summary>
internal interface IWorkerObserver
{
    void Report(WorkerEvent happened);
}

/// <summary>What happened.</summary>
internal enum WorkerEventKind
{
    /// <summary>The worker polls from now on.</summary>
    Started,

    /// <summary>A poll was answered; <see cref="WorkerEvent.Count"/> jobs.</summary>
    Polled,

    /// <summary>A poll failed; the next one waits longer.</summary>
    PollFailed,

    /// <summary>A job of the journal is taken up again.</summary>
    Recovered,

    /// <summary>A job could not be read or has no token, or another worker has it: left alone.</summary>
    JobSkipped,

    /// <summary>The job is ours.</summary>
    JobClaimed,

    /// <summary>Its input artifacts are here, and its handler begins.</summary>
    HandlerStarted,

    /// <summary>The handler came to its end, or its time was up.</summary>
    HandlerEnded,

    /// <summary>The handler could not be stopped: its place is taken for as long as it runs.</summary>
    HandlerLeftBehind,

    /// <summary>A result could not be delivered, and is tried again.</summary>
    ResultDelayed,

    /// <summary>The job is reported; <see cref="WorkerEvent.Result"/> says how.</summary>
    JobEnded,

    /// <summary>No more polls; running handlers may end.</summary>
    Stopping,

    /// <summary>Something that the user should know of, and that ends nothing.</summary>
    Warning,

    /// <summary>
    /// For those who want to know it all: an output that was not left, a journal that was made smaller.
    /// </summary>
    Note,

    /// <summary>The worker has ended.</summary>
    Stopped,
}

/// <summary>One thing that a worker did.</summary>
internal sealed record WorkerEvent(WorkerEventKind Kind, DateTimeOffset Time)
{
    public JobTicket? Job { get; init; }

    public ActionTypeId? ActionType { get; init; }

    /// <summary>What happened, in a sentence without secrets.</summary>
    public string Message { get; init; } = string.Empty;

    public Exception? Error { get; init; }

    public int Count { get; init; }

    public JobReport? Result { get; init; }
}
