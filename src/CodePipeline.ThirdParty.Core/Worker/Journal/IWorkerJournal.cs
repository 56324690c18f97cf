using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>What a worker writes down, so that the next one can end what it could not.</summary>
/// <remarks>A task that has ended well means that the entry is on the disk.</remarks>
internal interface IWorkerJournal : IAsyncDisposable
{
    /// <summary>What an earlier worker left.</summary>
    IReadOnlyList<JournalEntry> PendingEntries { get; }

    /// <summary>Before the claim: the job may be ours from here on.</summary>
    Task ClaimingAsync(JobTicket job, string mark);

    /// <summary>The job is ours, and its handler may have begun.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runs">How often its handler was begun, this time included.</param>
    Task ClaimedAsync(JobTicket job, int runs);

    /// <summary>The result that is going to be sent.</summary>
    Task ResultAsync(JobTicket job, ThirdPartyJobOutcome result);

    /// <summary>The job needs nothing any more: reported, over, or not ours. On the disk with the next entry.</summary>
    Task CompleteAsync(JobTicket job, string outcome);
}

/// <summary>How far a job had come.</summary>
internal enum JournalStage
{
    /// <summary>It was being claimed; nothing was begun.</summary>
    Claiming,

    /// <summary>It was ours, without a result yet.</summary>
    Claimed,

    /// <summary>It has a result, which the service may have or not.</summary>
    Result,
}

/// <summary>A job that needs something yet.</summary>
internal sealed record JournalEntry(JobTicket Job, JournalStage Stage, DateTimeOffset Time)
{
    /// <summary><see cref="IWorkerJob.ClaimFingerprint"/></summary>
    public string? ClaimFingerprint { get; init; }

    public int Runs { get; init; }

    public ThirdPartyJobOutcome? Result { get; init; }
}

/// <summary>No journal was asked for.</summary>
internal sealed class NoJournal : IWorkerJournal
{
    public IReadOnlyList<JournalEntry> PendingEntries => Array.Empty<JournalEntry>();

    public Task ClaimingAsync(JobTicket job, string mark) => Task.CompletedTask;

    public Task ClaimedAsync(JobTicket job, int runs) => Task.CompletedTask;

    public Task ResultAsync(JobTicket job, ThirdPartyJobOutcome result) => Task.CompletedTask;

    public Task CompleteAsync(JobTicket job, string outcome) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
