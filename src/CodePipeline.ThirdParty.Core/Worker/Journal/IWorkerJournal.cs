using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>Records the state of each job, so that the next worker can finish the jobs of one that crashed.</summary>
/// <remarks>
/// Unless noted, the entry is on the disk when a task completes. A task fails with a <see cref="JournalException"/> if
/// the entry could not be written.
/// </remarks>
internal interface IWorkerJournal : IAsyncDisposable
{
    /// <summary>The unfinished jobs of an earlier worker, oldest first.</summary>
    IReadOnlyList<JournalEntry> PendingEntries { get; }

    /// <summary>Records that the worker is about to claim the job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="claimFingerprint"><see cref="IWorkerJob.ClaimFingerprint"/>.</param>
    Task ClaimingAsync(JobTicket job, string claimFingerprint);

    /// <summary>Records that the worker claimed the job and is about to run its handler.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runs">How often its handler was started, including this time.</param>
    Task ClaimedAsync(JobTicket job, int runs);

    /// <summary>Records the result that the worker is about to send.</summary>
    Task ResultAsync(JobTicket job, ThirdPartyJobOutcome result);

    /// <summary>
    /// Records that the job is finished: reported, over, or another worker's. The task completes before the entry is on
    /// the disk; it gets there with the next entry.
    /// </summary>
    Task CompleteAsync(JobTicket job, string outcome);
}

/// <summary>The last recorded state of a job.</summary>
internal enum JournalStage
{
    /// <summary>The worker was claiming the job. Its handler had not started.</summary>
    Claiming,

    /// <summary>The worker had claimed the job. It has no result yet.</summary>
    Claimed,

    /// <summary>The job has a result. The service may or may not have received it.</summary>
    Result,
}

/// <summary>The last entry of an unfinished job.</summary>
internal sealed record JournalEntry(JobTicket Job, JournalStage Stage, DateTimeOffset Time)
{
    /// <summary><see cref="IWorkerJob.ClaimFingerprint"/>, in the stage Claiming.</summary>
    public string? ClaimFingerprint { get; init; }

    /// <summary>How often the handler was started.</summary>
    public int Runs { get; init; }

    /// <summary>The result to send, in the stage Result.</summary>
    public ThirdPartyJobOutcome? Result { get; init; }
}

/// <summary>The journal of a worker that keeps none.</summary>
internal sealed class NoJournal : IWorkerJournal
{
    public IReadOnlyList<JournalEntry> PendingEntries => Array.Empty<JournalEntry>();

    public Task ClaimingAsync(JobTicket job, string claimFingerprint) => Task.CompletedTask;

    public Task ClaimedAsync(JobTicket job, int runs) => Task.CompletedTask;

    public Task ResultAsync(JobTicket job, ThirdPartyJobOutcome result) => Task.CompletedTask;

    public Task CompleteAsync(JobTicket job, string outcome) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
