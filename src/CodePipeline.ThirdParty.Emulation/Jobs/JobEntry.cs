using System;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>The mutable state of a job. The lock of the <see cref="JobTable"/> guards it.</summary>
internal sealed class JobEntry
{
    internal JobEntry(JobDefinition definition, string jobId, long sequence, DateTimeOffset createdAt)
    {
        Definition = definition;
        JobId = jobId;
        Sequence = sequence;
        CreatedAt = createdAt;
        Nonce = RandomIdentifiers.Nonce(null);
    }

    internal JobDefinition Definition { get; }

    internal string JobId { get; }

    /// <summary>The position in the order of creation.</summary>
    internal long Sequence { get; }

    internal DateTimeOffset CreatedAt { get; }

    internal string? ContinuationToken { get; init; }

    internal string? PreviousJobId { get; init; }

    internal string? NextJobId { get; set; }

    internal string Status { get; set; } = JobStatus.Created;

    internal string Nonce { get; set; }

    internal int HandOutCount { get; set; }

    internal int ResultCount { get; set; }

    internal int AcceptedResultCount { get; set; }

    internal DateTimeOffset AvailableAt { get; init; }

    internal DateTimeOffset? DispatchedAt { get; set; }

    internal DateTimeOffset? AcknowledgedAt { get; set; }

    internal DateTimeOffset? FinishedAt { get; set; }

    internal JobResult? Result { get; set; }

    /// <summary>The position in the queue; only the queue sets this.</summary>
    internal QueuePosition Place { get; set; }

    /// <summary>When a waiting job becomes ready; only the queue sets this.</summary>
    internal DateTimeOffset Due { get; set; }
}
