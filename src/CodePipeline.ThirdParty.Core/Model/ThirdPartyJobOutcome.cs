namespace CodePipeline.ThirdParty;

/// <summary>How a handler says that its job ended, where it is not plain success.</summary>
public sealed class ThirdPartyJobOutcome
{
    private ThirdPartyJobOutcome(SuccessResult? success, FailureResult? failure)
    {
        Success = success;
        Failure = failure;
    }

    /// <summary>Succeeded, Continued or Failed.</summary>
    public string Outcome => Failure is not null ? WorkerOutcomes.Failed
        : Success!.ContinuationToken is not null ? WorkerOutcomes.Continued
        : WorkerOutcomes.Succeeded;

    /// <summary>What was done, up to 2,048 characters.</summary>
    public string? Summary => Success?.Summary;

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    public string? ExternalExecutionId => Success?.ExternalExecutionId ?? Failure?.ExternalExecutionId;

    /// <summary>How much is done, 0 to 100.</summary>
    public int? PercentComplete => Success?.PercentComplete;

    /// <summary>
    /// What the later job of the same action carries, up to 2,048 characters. Plain text, and kept out of views and
    /// logs.
    /// </summary>
    public string? ContinuationToken => Success?.ContinuationToken;

    /// <summary>The revision worked on.</summary>
    public JobRevision? Revision => Success?.Revision;

    /// <summary>Why the job failed.</summary>
    public FailureType? FailureType => Failure?.Type;

    /// <summary>Why the job failed, in words, up to 5,000 characters.</summary>
    public string? FailureMessage => Failure?.Message;

    internal SuccessResult? Success { get; }

    internal FailureResult? Failure { get; }

    /// <summary>The error that a failure was made of, if any: PowerShell's record of it.</summary>
    internal object? Cause { get; private init; }

    internal static ThirdPartyJobOutcome From(SuccessResult success) => new(success, null);

    internal static ThirdPartyJobOutcome From(FailureResult failure, object? cause = null) =>
        new(null, failure) { Cause = cause };

    /// <inheritdoc/>
    public override string ToString() => Outcome;
}
