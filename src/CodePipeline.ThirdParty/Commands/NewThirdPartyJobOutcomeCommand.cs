using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Creates the outcome that a worker's handler outputs for anything but plain success.</summary>
[Cmdlet(VerbsCommon.New, "CPThirdPartyJobOutcome", DefaultParameterSetName = SuccessSet)]
[OutputType(typeof(ThirdPartyJobOutcome))]
public sealed class NewThirdPartyJobOutcomeCommand : AsyncCommand
{
    private const string SuccessSet = "Success";
    private const string FailureSet = "Failure";
    private const string ErrorRecordSet = "ErrorRecord";

    private string? _failureMessage;
    private FailureType _failureType = FailureType.JobFailed;
    private bool _isFailure;

    /// <summary>A summary of the work, up to 2,048 characters. Longer text is cut with a warning.</summary>
    [Parameter(Position = 0, ParameterSetName = SuccessSet)]
    [Parameter(Position = 0, ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(Position = 0, ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? Summary { get; set; }

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    [Parameter]
    [NoCompletion]
    public string? ExternalExecutionId { get; set; }

    /// <summary>The percentage of work done, 0 to 100.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [PercentTransformation]
    [ValidateRange(ServiceLimits.MinimumPercentComplete, ServiceLimits.MaximumPercentComplete)]
    [NoCompletion]
    public int? PercentComplete { get; set; }

    /// <summary>A token of up to 2,048 characters for work that continues. The action's next job carries it.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? ContinuationToken { get; set; }

    /// <summary>The revision that the job worked on, up to 1,500 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? Revision { get; set; }

    /// <summary>The identifier of this change, up to 100 characters. Required with -Revision.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? RevisionChangeIdentifier { get; set; }

    /// <summary>The creation time of the revision: a time, or seconds since 1970.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [TimeTransformation]
    [NoCompletion]
    public DateTimeOffset? RevisionCreated { get; set; }

    /// <summary>A summary of the revision, up to 2,048 characters. Longer text is cut with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? RevisionSummary { get; set; }

    /// <summary>The reason for the failure, up to 5,000 characters. Longer text is cut with a warning.</summary>
    [Parameter(ParameterSetName = FailureSet)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? FailureMessage
    {
        get => _failureMessage;
        set
        {
            _failureMessage = value;
            _isFailure = true;
        }
    }

    /// <summary>The failure type.</summary>
    [Parameter(ParameterSetName = FailureSet)]
    [Parameter(ParameterSetName = ErrorRecordSet)]
    [FailureTypeTransformation]
    public FailureType FailureType
    {
        get => _failureType;
        set
        {
            _failureType = value;
            _isFailure = true;
        }
    }

    /// <summary>The error to report: <c>$_</c> in a catch block.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ErrorRecordSet)]
    [ValidateNotNull]
    [NoCompletion]
    public ErrorRecord? ErrorRecord { get; set; }

    private protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        CheckCombination();

        // Checks the limits here, so that the error points to this call instead of to the later report.
        Check(ServiceLimits.ExternalExecutionId, ExternalExecutionId, nameof(ExternalExecutionId));
        var text = new ResultTextLimits("the outcome", WriteWarningLine);
        Write(ErrorRecord is not null || _isFailure
            ? ThirdPartyJobOutcome.From(text.Failure(FailureType, Message(), ExternalExecutionId), ErrorRecord)
            : ThirdPartyJobOutcome.From(Success(text)));
        return Task.CompletedTask;
    }

    /// <summary>Ends the handler: without an outcome, the job would count as a success.</summary>
    private protected override void Fail(CommandError error, bool terminates) => Shell.ThrowTerminating(error);

    /// <summary>Without this check, PowerShell reports only that it cannot resolve the parameter set.</summary>
    private void CheckCombination()
    {
        string? failure = ErrorRecord is not null ? nameof(ErrorRecord)
            : FailureMessage is not null ? nameof(FailureMessage)
            : _isFailure ? nameof(FailureType)
            : null;
        string? other = ErrorRecord is not null && FailureMessage is not null ? nameof(FailureMessage)
            : failure is null ? null
            : Summary is not null ? nameof(Summary)
            : PercentComplete is not null ? nameof(PercentComplete)
            : ContinuationToken is not null ? nameof(ContinuationToken)
            : Revision is not null ? nameof(Revision)
            : RevisionChangeIdentifier is not null ? nameof(RevisionChangeIdentifier)
            : RevisionCreated is not null ? nameof(RevisionCreated)
            : RevisionSummary is not null ? nameof(RevisionSummary)
            : null;
        if (other is not null)
        {
            throw new InvalidInputException(
                other,
                $"-{other} and -{failure} cannot be used together.",
                other == nameof(FailureMessage)
                    ? "Both give the failure message: remove one of them."
                    : "An outcome is either a success or a failure: remove one of them.");
        }
    }

    private string Message() => ErrorRecord is ErrorRecord error ? FailureMessageText.FromError(error)
        : !string.IsNullOrWhiteSpace(FailureMessage) ? FailureMessage!
        : throw new InvalidInputException(
            nameof(FailureMessage), "-FailureMessage is empty.",
            "Explain the failure with -FailureMessage. The pipeline's owner reads it.");

    private SuccessResult Success(ResultTextLimits text)
    {
        Check(ServiceLimits.ContinuationToken, ContinuationToken, nameof(ContinuationToken));
        Check(ServiceLimits.Revision, Revision, nameof(Revision));
        Check(ServiceLimits.ChangeIdentifier, RevisionChangeIdentifier, nameof(RevisionChangeIdentifier));
        return new SuccessResult
        {
            Summary = text.Summary(Summary),
            ExternalExecutionId = ExternalExecutionId,
            PercentComplete = PercentComplete,
            ContinuationToken = ContinuationToken,
            Revision = text.Revision(
                ResultTextLimits.Revision(Revision, RevisionChangeIdentifier, RevisionCreated, RevisionSummary)),
        };
    }

    private static void Check(TextLimit limit, string? text, string name)
    {
        if (text is not null)
        {
            limit.Check(text, name);
        }
    }
}
