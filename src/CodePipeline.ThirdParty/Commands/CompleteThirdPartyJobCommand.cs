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

    /// <summary>What was done, up to 2,048 characters; a longer one is cut, with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? Summary { get; set; }

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    [Parameter]
    [NoCompletion]
    public string? ExternalExecutionId { get; set; }

    /// <summary>How much is done, 0 to 100.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [PercentTransformation]
    [ValidateRange(ServiceLimits.MinimumPercentComplete, ServiceLimits.MaximumPercentComplete)]
    [NoCompletion]
    public int? PercentComplete { get; set; }

    /// <summary>The work goes on: a later job of the same action carries this token, up to 2,048 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? ContinuationToken { get; set; }

    /// <summary>The revision worked on, up to 1,500 characters.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? Revision { get; set; }

    /// <summary>What tells this revision from others, up to 100 characters; needed with -Revision.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    public string? RevisionChangeIdentifier { get; set; }

    /// <summary>When the revision came to be: a time, or seconds since 1970.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [TimeTransformation]
    [NoCompletion]
    public DateTimeOffset? RevisionCreated { get; set; }

    /// <summary>What the revision is, up to 2,048 characters; a longer one is cut, with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [Parameter(ParameterSetName = FailureSet, DontShow = true)]
    [Parameter(ParameterSetName = ErrorRecordSet, DontShow = true)]
    [NoCompletion]
    public string? RevisionSummary { get; set; }

    /// <summary>
    /// Why the job failed, in words, up to 5,000 characters; a longer message is cut, with a warning.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = FailureSet)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? FailureMessage { get; set; }

    /// <summary>Why the job failed; JobFailed if neither this nor the piped object tells.</summary>
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
        // PowerShell would only say that it cannot resolve the parameter set.
        string failure = ErrorRecord is not null ? "-ErrorRecord" : "-FailureMessage";
        string? other = ErrorRecord is null && FailureMessage is null ? null : SuccessParameter();
        return other is null
            ? base.BeginAsync(cancellationToken)
            : throw new TerminatingException(ErrorCatalog.InvalidInput(
                new InvalidInputException(
                    other.Substring(1), $"{other} and {failure} cannot be used together.",
                    "A result is a success or a failure: leave one of them out."),
                target: null));
    }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        PipedResult told = PipedResult.From(InputObject, Piped.Content);
        FailureResult? failure = Failure(told);
        SuccessResult? success = failure is null ? Success(told) : null;
        string action = failure is not null ? $"Report failure {failure.Type} (PutThirdPartyJobFailureResult)"
            : success!.ContinuationToken is not null ? "Report that it goes on (PutThirdPartyJobSuccessResult)"
            : "Report success (PutThirdPartyJobSuccessResult)";
        bool agreed = await AskAsync(host => host.ShouldProcess($"job {JobId}", action), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        if (ErrorRecord is ErrorRecord given && FailureMessageText.PlaceOf(given) is string place)
        {
            Say($"The error of job {JobId} is of {place}.");
        }

        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(job, success, failure, cancellationToken).ConfigureAwait(false);
            Say($"The service took the result of job {JobId}.");
        }
        catch (InvalidJobStateException error) when (error.Error.ResponseLost)
        {
            // The retry of a result whose answer got lost finds the job over: the first one was taken.
            Say($"Job {JobId} had taken the result; only the answer was lost.");
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

    private ResultTextLimits Text => new($"job {JobId}", Warn);

    /// <summary>The failure that the parameters or the piped object tell of, if any.</summary>
    private FailureResult? Failure(PipedResult told)
    {
        string? message = ErrorRecord is ErrorRecord error ? FailureMessageText.FromError(error) : FailureMessage;
        if (message is not null || told.FailureMessage is not null)
        {
            if (message is null && SuccessParameter() is string other)
            {
                throw new InvalidInputException(
                    other.Substring(1), $"The object from the pipeline tells of a failure, and {other} of a success.",
                    $"Leave out {other}, or pipe the job alone.");
            }

            return Text.Failure(
                FailureType ?? told.FailureType ?? ThirdParty.FailureType.JobFailed, message ?? told.FailureMessage!,
                ExternalExecutionId ?? told.ExternalExecutionId);
        }

        return FailureType is null ? null : throw new InvalidInputException(
            nameof(FailureMessage), "-FailureType is given, but nothing that says why the job failed.",
            "Give -FailureMessage or -ErrorRecord beside it.");
    }

    private SuccessResult Success(PipedResult told)
    {
        if (told.IsUndecided && SuccessParameter() is null && ExternalExecutionId is null)
        {
            throw new InvalidInputException(
                nameof(FailureMessage),
                "The object from the pipeline can tell of a failure, but does not say whether the job failed.",
                "Fill in its FailureMessage, or give -FailureMessage for a failure or -Summary for a success.");
        }

        if (told.SaysFailed && Piped.Job is null)
        {
            throw new InvalidInputException(
                "Status", "The object from the pipeline has the status of a job that failed, and no failure to report.",
                "Give -FailureMessage, or name the job with -JobId alone.");
        }

        return new SuccessResult
        {
            Summary = Text.Summary(Summary ?? told.Summary),
            ExternalExecutionId = ExternalExecutionId ?? told.ExternalExecutionId,
            PercentComplete = PercentComplete ?? told.PercentComplete,
            ContinuationToken = ContinuationToken ?? told.ContinuationToken,
            Revision = Text.Revision(
                ResultTextLimits.Revision(Revision, RevisionChangeIdentifier, RevisionCreated, RevisionSummary)
                ?? told.Revision),
        };
    }

    /// <summary>A parameter of a success that was given, if one was.</summary>
    private string? SuccessParameter() => Summary is not null ? "-Summary"
        : PercentComplete is not null ? "-PercentComplete"
        : ContinuationToken is not null ? "-ContinuationToken"
        : Revision is not null ? "-Revision"
        : RevisionChangeIdentifier is not null ? "-RevisionChangeIdentifier"
        : RevisionCreated is not null ? "-RevisionCreated"
        : RevisionSummary is not null ? "-RevisionSummary"
        : null;
}
