using System;

namespace CodePipeline.ThirdParty;

/// <summary>The result that PutThirdPartyJobSuccessResult reports.</summary>
public sealed class SuccessResult
{
    /// <summary><c>executionDetails.summary</c>, 1 to 2,048 characters.</summary>
    public string? Summary { get; init; }

    /// <summary><c>executionDetails.externalExecutionId</c>, 1 to 1,500 characters.</summary>
    public string? ExternalExecutionId { get; init; }

    /// <summary><c>executionDetails.percentComplete</c>, 0 to 100.</summary>
    public int? PercentComplete { get; init; }

    /// <summary><c>continuationToken</c>, 1 to 2,048 characters. If set, the action continues in a new job.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary><c>currentRevision</c></summary>
    public JobRevision? Revision { get; init; }
}

/// <summary>The revision that a job worked on (<c>currentRevision</c>).</summary>
/// <param name="Revision">1 to 1,500 characters.</param>
/// <param name="ChangeIdentifier">1 to 100 characters.</param>
/// <param name="Created">When the revision was created; sent in seconds since 1970-01-01 UTC.</param>
/// <param name="Summary">1 to 2,048 characters.</param>
public sealed record JobRevision(string Revision, string ChangeIdentifier, DateTimeOffset? Created, string? Summary);

/// <summary>The result that PutThirdPartyJobFailureResult reports.</summary>
/// <param name="Type">Why the job failed.</param>
/// <param name="Message">1 to 5,000 characters.</param>
/// <param name="ExternalExecutionId">1 to 1,500 characters.</param>
public sealed record FailureResult(FailureType Type, string Message, string? ExternalExecutionId);
