using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Reports a job's result (PutThirdPartyJobSuccessResult, PutThirdPartyJobFailureResult).</summary>
[Cmdlet(VerbsLifecycle.Complete, "CPThirdPartyJob", DefaultParameterSetName = SuccessSet, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ThirdPartyJob), typeof(ThirdPartyJobDetail))]
public sealed class CompleteThirdPartyJobCommand : JobCommand
{
    private const string SuccessSet = "Success";
    private const string FailureSet = "Failure";
    private const string ErrorRecordSet = "ErrorRecord";

    /// <summary>A summary of the work, up to 2,048 characters. Longer text is cut with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
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
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? ContinuationToken { get; set; }

    /// <summary>The revision that the job worked on, up to 1,500 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? Revision { get; set; }

    /// <summary>The identifier of this change, up to 100 characters. Required with -Revision.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
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
    [Parameter(Mandatory = true, ParameterSetName = FailureSet)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? FailureMessage { get; set; }

    /// <summary>The failure type. The default is that of the piped object, or JobFailed.</summary>
    [Parameter]
    [FailureTypeTransformation]
    public FailureType? FailureType { get; set; }

    /// <summary>The error to report: <c>$_</c> in a catch block.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ErrorRecordSet)]
    [ValidateNotNull]
    [NoCompletion]
    public ErrorRecord? ErrorRecord { get; set; }

    /// <summary>Emits the job with its new status.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        // Without this check, PowerShell reports only that it cannot resolve the parameter set.
        string failure = ErrorRecord is not null ? "-ErrorRecord" : "-FailureMessage";
        string? other = ErrorRecord is null && FailureMessage is null ? null : SuccessParameter();
        return other is null
            ? base.BeginAsync(cancellationToken)
            : throw new TerminatingException(ErrorCatalog.InvalidInput(
                new InvalidInputException(
                    other.Substring(1), $"{other} and {failure} cannot be used together.",
                    "A result is either a success or a failure: remove one of them."),
                target: null));
    }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        PipedResult piped = PipedResult.From(InputObject, Piped.Content);
        WarnOfRestoredDates();
        FailureResult? failure = Failure(piped);
        SuccessResult? success = failure is null ? Success(piped) : null;
        string action = failure is not null ? $"Report failure {failure.Type} (PutThirdPartyJobFailureResult)"
            : success!.ContinuationToken is not null ? "Report that the work continues (PutThirdPartyJobSuccessResult)"
            : "Report success (PutThirdPartyJobSuccessResult)";
        bool agreed = await AskAsync(host => host.ShouldProcess($"job {JobId}", action), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        if (ErrorRecord is ErrorRecord given && FailureMessageText.PositionOf(given) is string position)
        {
            WriteVerboseLine($"The error of job {JobId} occurred at {position}.");
        }

        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(job, success, failure, cancellationToken).ConfigureAwait(false);
            WriteVerboseLine($"The service accepted the result of job {JobId}.");
        }
        catch (InvalidJobStateException error) when (error.Error.ResponseLost)
        {
            // The first attempt succeeded, but its response was lost. The retry finds the job completed.
            WriteVerboseLine($"The service already had the result of job {JobId}; only the response was lost.");
        }

        if (PassThru)
        {
            Write(job.WithStatus(failure is null ? JobStatus.Succeeded : JobStatus.Failed));
        }
    }

    private Task SendAsync(
        ThirdPartyJob job, SuccessResult? success, FailureResult? failure, CancellationToken cancellationToken)
    {
        IThirdPartyJobClient client = job.Session!.Client;
        return failure is not null
            ? client.PutThirdPartyJobFailureResultAsync(JobId, job.ClientToken!, failure, Options, cancellationToken)
            : client.PutThirdPartyJobSuccessResultAsync(JobId, job.ClientToken!, success!, Options, cancellationToken);
    }

    /// <summary>Other texts of the same second, such as those with .000, become the same date.</summary>
    private void WarnOfRestoredDates()
    {
        if (InputObject?.BaseObject is PSCustomObject)
        {
            foreach (string path in PipedText.FindRestored(InputObject))
            {
                WriteWarningLine(
                    $"ConvertFrom-Json turned {path} into a date. The text is sent in the form 2026-01-31T12:00:00Z. "
                    + "To keep the exact text, use ConvertFrom-Json -DateKind String (PowerShell 7.5).");
            }
        }
    }

    private ResultTextLimits Text => new($"job {JobId}", WriteWarningLine);

    /// <summary>The failure from the parameters or the piped object; null for a success.</summary>
    private FailureResult? Failure(PipedResult piped)
    {
        string? message = ErrorRecord is ErrorRecord error ? FailureMessageText.FromError(error) : FailureMessage;
        if (message is not null || piped.FailureMessage is not null)
        {
            if (message is null && SuccessParameter() is string other)
            {
                throw new InvalidInputException(
                    other.Substring(1), $"The piped object describes a failure, but {other} describes a success.",
                    $"Remove {other}, or pipe only the job.");
            }

            return Text.Failure(
                FailureType ?? piped.FailureType ?? ThirdParty.FailureType.JobFailed, message ?? piped.FailureMessage!,
                ExternalExecutionId ?? piped.ExternalExecutionId);
        }

        return FailureType is null ? null : throw new InvalidInputException(
            nameof(FailureMessage), "-FailureType needs a failure message.",
            "Add -FailureMessage or -ErrorRecord.");
    }

    private SuccessResult Success(PipedResult piped)
    {
        if (piped.IsUndecided && SuccessParameter() is null && ExternalExecutionId is null)
        {
            throw new InvalidInputException(
                nameof(FailureMessage),
                "The piped object has members for a failure, but they are empty.",
                "Fill in its FailureMessage, or pass -FailureMessage for a failure or -Summary for a success.");
        }

        if (piped.HasFailedStatus && Piped.Job is null)
        {
            throw new InvalidInputException(
                "Status", "The piped object has the status of a failed job, but no failure message.",
                "Pass -FailureMessage, or pass only the job's id with -JobId.");
        }

        return new SuccessResult
        {
            Summary = Text.Summary(Summary ?? piped.Summary),
            ExternalExecutionId = ExternalExecutionId ?? piped.ExternalExecutionId,
            PercentComplete = PercentComplete ?? piped.PercentComplete,
            ContinuationToken = ContinuationToken ?? piped.ContinuationToken,
            Revision = Text.Revision(
                ResultTextLimits.Revision(Revision, RevisionChangeIdentifier, RevisionCreated, RevisionSummary)
                ?? piped.Revision),
        };
    }

    /// <summary>The first success parameter on the command line; null if there is none.</summary>
    private string? SuccessParameter() => Summary is not null ? "-Summary"
        : PercentComplete is not null ? "-PercentComplete"
        : ContinuationToken is not null ? "-ContinuationToken"
        : Revision is not null ? "-Revision"
        : RevisionChangeIdentifier is not null ? "-RevisionChangeIdentifier"
        : RevisionCreated is not null ? "-RevisionCreated"
        : RevisionSummary is not null ? "-RevisionSummary"
        : null;
}
