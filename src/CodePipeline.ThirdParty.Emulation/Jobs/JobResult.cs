using System;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>A result from a worker: the members of the success and failure operations.</summary>
internal sealed class JobResult
{
    internal bool IsFailure => FailureType is not null;

    internal string? Summary { get; init; }

    internal string? ExternalExecutionId { get; init; }

    internal int? PercentComplete { get; init; }

    internal string? Revision { get; init; }

    internal string? RevisionChangeIdentifier { get; init; }

    internal DateTimeOffset? RevisionCreated { get; init; }

    internal string? RevisionSummary { get; init; }

    internal string? ContinuationToken { get; init; }

    internal string? FailureType { get; init; }

    internal string? FailureMessage { get; init; }
}
