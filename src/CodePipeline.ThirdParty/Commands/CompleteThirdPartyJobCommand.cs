using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
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
    public string? Summary { get; set; }

    /// <summary>The id of the execution in the partner's system, up to 1,500 characters.</summary>
    [Parameter]
    [NoCompletion]
    public string? ExternalExecutionId { get; set; }

    /// <summary>How much is done, 0 to 100.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
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

    /// <summary>When the revision came to be.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public DateTime? RevisionCreated { get; set; }

    /// <summary>What the revision is, up to 2,048 characters; a longer one is cut, with a warning.</summary>
    [Parameter(ParameterSetName = SuccessSet)]
    [NoCompletion]
    public string? RevisionSummary { get; set; }

    /// <summary>
    /// Why the job failed, in words, up to 5,000 characters; a longer message is cut, with a warning.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = FailureSet)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? FailureMessage { get; set; }

    /// <summary>Why the job failed.</summary>
    [Parameter(ParameterSetName = FailureSet)]
    [Parameter(ParameterSetName = ErrorRecordSet)]
    public FailureType FailureType { get; set; } = FailureType.JobFailed;

    /// <summary>The error to report: <c>$_</c> in a catch block.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ErrorRecordSet)]
    [ValidateNotNull]
    [NoCompletion]
    public ErrorRecord? ErrorRecord { get; set; }

    /// <summary>Emits the job with its new status.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        CliResult cli = CliResult.Of(InputObject);
        FailureResult? failure = Failure(cli);
        SuccessResult? success = failure is null ? Success(cli) : null;
        string action = failure is not null ? $"Report failure {failure.Type} (PutThirdPartyJobFailureResult)"
            : success!.ContinuationToken is not null ? "Report that it goes on (PutThirdPartyJobSuccessResult)"
            : "Report success (PutThirdPartyJobSuccessResult)";
        bool agreed = await AskAsync(host => host.ShouldProcess($"job {JobId}", action), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        if (ErrorRecord is ErrorRecord given && ErrorText.PlaceOf(given) is string place)
        {
            Say($"The error of job {JobId} is of {place}.");
        }

        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(job, success, failure, cancellationToken).ConfigureAwait(false);
            Say($"The service took the result of job {JobId}.");
        }
        catch (InvalidJobStateException error) when (error.Error.AnswerLost)
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

    private ResultText Text => new($"job {JobId}", Warn);

    private FailureResult? Failure(CliResult cli)
    {
        string? message = ErrorRecord is ErrorRecord error ? ErrorText.Of(error) : FailureMessage;
        return message is not null ? Text.Failure(FailureType, message, ExternalExecutionId)
            : cli.Failure is FailureResult given
            ? Text.Failure(given.Type, given.Message, ExternalExecutionId ?? given.ExternalExecutionId)
            : null;
    }

    private SuccessResult Success(CliResult cli) => new()
    {
        Summary = Text.Summary(Summary ?? cli.Summary),
        ExternalExecutionId = ExternalExecutionId ?? cli.ExternalExecutionId,
        PercentComplete = PercentComplete ?? cli.PercentComplete,
        ContinuationToken = ContinuationToken ?? cli.ContinuationToken,
        Revision = Text.Revision(
            ResultText.Revision(Revision, RevisionChangeIdentifier, RevisionCreated, RevisionSummary) ?? cli.Revision),
    };
}
