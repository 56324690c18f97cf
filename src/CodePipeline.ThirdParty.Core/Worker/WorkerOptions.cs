using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>What happens to jobs that a journal says were cut off.</summary>
internal enum RecoveryMode
{
    /// <summary>They are reported as failed (SystemUnavailable).</summary>
    Fail,

    /// <summary>Their handlers run again.</summary>
    Rerun,
}

/// <summary>What happens where a handler did not make an output artifact of its job.</summary>
internal enum MissingArtifactAction
{
    /// <summary>The job is failed: its pipeline's next action would lack the artifact.</summary>
    Fail,

    /// <summary>The worker warns.</summary>
    Warn,

    /// <summary>Nothing: the artifact is one that the action may do without.</summary>
    Ignore,
}

/// <summary>How a worker works.</summary>
internal sealed record WorkerOptions
{
    /// <summary>What is polled for.</summary>
    public IReadOnlyList<ActionTypeId> ActionTypes { get; init; } = Array.Empty<ActionTypeId>();

    /// <summary>How many handlers run at once.</summary>
    public int ThrottleLimit { get; init; } = 1;

    /// <summary>How long it waits after a poll that brought less than was asked for, jitter apart.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Ends after this many claimed jobs; <see langword="null"/> for no limit.</summary>
    public int? MaxJobs { get; init; }

    /// <summary>Ends after this long without a job.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Takes no more jobs after this long.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long one handler may take.</summary>
    public TimeSpan? JobTimeout { get; init; }

    /// <summary>How long running handlers get when the worker stops.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Opens the journal at the worker's start; <see langword="null"/> for a worker without one.</summary>
    public Func<Task<IWorkerJournal>>? OpenJournal { get; init; }

    /// <summary>What happens to jobs that the journal says were cut off.</summary>
    public RecoveryMode Recovery { get; init; }

    /// <summary>
    /// Where jobs get their folders; <see langword="null"/> for the system's place of temporary files.
    /// </summary>
    public string? WorkDirectory { get; init; }

    /// <summary>Configuration keys whose values are secret, beside those whose name says so.</summary>
    public IReadOnlyCollection<string> SecretKeys { get; init; } = Array.Empty<string>();

    /// <summary>
    /// How long after a poll was sent its jobs may be claimed. The service hands a job out again when it is not claimed
    /// in time, and does not say how long that is: details that are read later may be another worker's.
    /// </summary>
    public TimeSpan ClaimWindow { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What happens where a handler did not make an output artifact.</summary>
    public MissingArtifactAction MissingArtifact { get; init; }

    /// <summary>Whether artifacts are moved.</summary>
    public bool MoveArtifacts { get; init; } = true;

    /// <summary>Refuses what no worker could work by.</summary>
    /// <exception cref="InvalidInputException">An option is out of its range; it is named.</exception>
    public void Check()
    {
        if (ActionTypes.Count == 0)
        {
            throw new InvalidInputException(
                "ActionType", "The worker has no action type to poll for.", "Name at least one.");
        }

        if (ThrottleLimit < 1)
        {
            throw new InvalidInputException("ThrottleLimit", "The throttle limit is less than 1.", "Use 1 or more.");
        }

        if (MaxJobs < 1)
        {
            throw new InvalidInputException(
                "MaxJobs", "The number of jobs is less than 1.", "Use 1 or more, or leave it out.");
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
        // What a timer takes at most is about 49 days.
        if (time < least || time > TimeSpan.FromDays(40))
        {
            throw new InvalidInputException(
                name, $"{name} is {(time < least ? "too short" : "longer than 40 days")}.",
                "Use a time such as 00:05:00.");
        }
    }
}
