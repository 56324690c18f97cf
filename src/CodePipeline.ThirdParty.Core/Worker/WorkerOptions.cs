using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>What a worker does with claimed jobs that an earlier worker left without a result.</summary>
internal enum RecoveryMode
{
    /// <summary>The worker reports them as failed, with the failure type SystemUnavailable.</summary>
    Fail,

    /// <summary>The worker runs their handlers again.</summary>
    Rerun,
}

/// <summary>What a worker does if a handler did not create an output artifact.</summary>
internal enum MissingArtifactAction
{
    /// <summary>Fails the job, because later actions of the pipeline may need the artifact.</summary>
    Fail,

    /// <summary>Reports a warning.</summary>
    Warn,

    /// <summary>Reports a note, because the artifact is optional.</summary>
    Ignore,
}

/// <summary>The options of a worker. Time limits may be up to 40 days.</summary>
internal sealed record WorkerOptions
{
    /// <summary>The action types to poll for. At least one.</summary>
    public IReadOnlyList<ActionTypeId> ActionTypes { get; init; } = Array.Empty<ActionTypeId>();

    /// <summary>The number of slots: how many handlers may run at the same time. 1 or more.</summary>
    public int ThrottleLimit { get; init; } = 1;

    /// <summary>The wait after a poll that returned fewer jobs than requested, plus or minus 10 percent.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The worker ends after this many claimed jobs; <see langword="null"/> for no limit.</summary>
    public int? MaxJobs { get; init; }

    /// <summary>The worker ends after this long without a job; <see langword="null"/> for no limit.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The worker takes no more jobs after this long; <see langword="null"/> for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// The time limit for a job's input artifacts and its handler together; <see langword="null"/> for no limit.
    /// </summary>
    public TimeSpan? JobTimeout { get; init; }

    /// <summary>How long running handlers may continue after a stop was requested.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Opens the journal when the worker starts; <see langword="null"/> for no journal.</summary>
    public Func<Task<IWorkerJournal>>? OpenJournal { get; init; }

    /// <summary>What the worker does with claimed jobs that an earlier worker left without a result.</summary>
    public RecoveryMode Recovery { get; init; }

    /// <summary>
    /// The parent of the worker's folder; <see langword="null"/> for the system's folder of temporary files.
    /// </summary>
    public string? WorkDirectory { get; init; }

    /// <summary>
    /// Configuration keys with secret values, in addition to those that <see cref="Secrets.SecretKeys"/> recognizes.
    /// </summary>
    public IReadOnlyCollection<string> SecretKeys { get; init; } = Array.Empty<string>();

    /// <summary>
    /// How long after a poll the worker may claim a job that the poll returned. The service hands a job out again if no
    /// worker claims it in time, and does not document that time. Details that are read later may belong to another
    /// hand-out.
    /// </summary>
    public TimeSpan ClaimWindow { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What the worker does if a handler did not create an output artifact.</summary>
    public MissingArtifactAction MissingArtifact { get; init; }

    /// <summary>Whether the worker downloads input artifacts and uploads output artifacts.</summary>
    public bool MoveArtifacts { get; init; } = true;

    /// <summary>Checks that every option is within its range.</summary>
    /// <exception cref="InvalidInputException">An option is out of range; the exception names it.</exception>
    public void Check()
    {
        if (ActionTypes.Count == 0)
        {
            throw new InvalidInputException(
                "ActionType", "The worker has no action type to poll for.", "Give at least one.");
        }

        if (ThrottleLimit < 1)
        {
            throw new InvalidInputException(
                "ThrottleLimit", $"The throttle limit is {ThrottleLimit}, which is less than 1.", "Use 1 or more.");
        }

        if (MaxJobs < 1)
        {
            throw new InvalidInputException(
                "MaxJobs", $"MaxJobs is {MaxJobs}, which is less than 1.", "Use 1 or more, or omit it.");
        }

        CheckTime("PollInterval", PollInterval, TimeSpan.Zero);
        CheckTime("StopTimeout", StopTimeout, TimeSpan.Zero);
        CheckTime("IdleTimeout", IdleTimeout, TimeSpan.Zero);
        CheckTime("Timeout", Timeout, TimeSpan.FromTicks(1));
        CheckTime("JobTimeout", JobTimeout, TimeSpan.FromTicks(1));
        CheckTime("ClaimWindow", ClaimWindow, TimeSpan.FromTicks(1));
    }

    private static void CheckTime(string name, TimeSpan? time, TimeSpan least)
    {
        // .NET timers accept at most about 49 days.
        if (time < least || time > TimeSpan.FromDays(40))
        {
            throw new InvalidInputException(
                name, $"{name} is {time:c}, which is {(time < least ? "too short" : "longer than 40 days")}.",
                "Use a time such as 00:05:00.");
        }
    }
}
