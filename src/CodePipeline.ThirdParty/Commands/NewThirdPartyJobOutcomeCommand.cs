using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Makes what a worker's handler gives back where its job is not plain success.</summary>
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

    /// <summary>What was done, up to 2,048 characters; a longer one is cut, with a warning.</summary>
    [Parameter(Position = 0, ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? Summary { get; set; }

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    [Parameter]
    [NoCompletion]
    public string? ExternalExecutionId { get; set; }

    /// <summary>How much is done, 0 to 100.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [PercentTransformation]
    [ValidateRange(ServiceLimits.MinimumPercentComplete, ServiceLimits.MaximumPercentComplete)]
    [NoCompletion]
    public int? PercentComplete { get; set; }

    /// <summary>The work goes on: a later job of the same action carries this token, up to 2,048 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? ContinuationToken { get; set; }

    /// <summary>The revision worked on, up to 1,500 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? Revision { get; set; }

    /// <summary>What tells this revision from others, up to 100 characters; needed with -Revision.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? RevisionChangeIdentifier { get; set; }

    /// <summary>When the revision came to be: a time, or seconds since 1970.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [TimeTransformation]
    [NoCompletion]
    public DateTimeOffset? RevisionCreated { get; set; }

    /// <summary>What the revision is, up to 2,048 characters; a longer one is cut, with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? RevisionSummary { get; set; }

    /// <summary>
    /// Why the job failed, in words, up to 5,000 characters; a longer message is cut, with a warning.
    /// </summary>
    [Parameter(ParameterSetName = FailureSet)]
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

    /// <summary>Why the job failed.</summary>
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
        // Limits are checked here, where the user sees which call was wrong, and not when the result is sent.
        Check(ServiceLimits.ExternalExecutionId, ExternalExecutionId, nameof(ExternalExecutionId));
        var text = new ResultTextLimits("the outcome", Warn);
        Write(ErrorRecord is not null || _isFailure
            ? ThirdPartyJobOutcome.From(text.Failure(FailureType, Message(), ExternalExecutionId), ErrorRecord)
            : ThirdPartyJobOutcome.From(Success(text)));
        return Task.CompletedTask;
    }

    /// <summary>An outcome that cannot be made ends the handler: without it the job would be a success.</summary>
    private protected override void Fail(CommandError error, bool terminates) => Shell.ThrowTerminating(error);

    private string Message() => ErrorRecord is ErrorRecord error ? FailureMessageText.FromError(error)
        : !string.IsNullOrWhiteSpace(FailureMessage) ? FailureMessage!
        : throw new InvalidInputException(
            nameof(FailureMessage), "The failure has no message.",
            "Say with -FailureMessage why the job failed: the pipeline's owner reads it.");

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
