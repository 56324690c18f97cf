namespace CodePipeline.ThirdParty;

/// <summary>A handler's outcome: success with details, continuation or failure.</summary>
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

    /// <summary>A summary of the work, up to 2,048 characters.</summary>
    public string? Summary => Success?.Summary;

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    public string? ExternalExecutionId => Success?.ExternalExecutionId ?? Failure?.ExternalExecutionId;

    /// <summary>The completed share of the action in percent, 0 to 100.</summary>
    public int? PercentComplete => Success?.PercentComplete;

    /// <summary>
    /// The text that the service passes to the next job of the same action, up to 2,048 characters. Plain text; views
    /// and logs do not show it.
    /// </summary>
    public string? ContinuationToken => Success?.ContinuationToken;

    /// <summary>The revision that the action worked on.</summary>
    public JobRevision? Revision => Success?.Revision;

    /// <summary>The type of the failure.</summary>
    public FailureType? FailureType => Failure?.Type;

    /// <summary>The message of the failure, up to 5,000 characters.</summary>
    public string? FailureMessage => Failure?.Message;

    internal SuccessResult? Success { get; }

    internal FailureResult? Failure { get; }

    /// <summary>PowerShell's error record of the failure, if there is one.</summary>
    internal object? Cause { get; private init; }

    internal static ThirdPartyJobOutcome From(SuccessResult success) => new(success, null);

    internal static ThirdPartyJobOutcome From(FailureResult failure, object? cause = null) =>
        new(null, failure) { Cause = cause };

    /// <summary>Creates a failure without an external execution id.</summary>
    internal static ThirdPartyJobOutcome Failed(FailureType type, string message) =>
        From(new FailureResult(type, message, ExternalExecutionId: null));

    /// <inheritdoc/>
    public override string ToString() => Outcome;
}
