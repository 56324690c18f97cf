using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Claims a job (AcknowledgeThirdPartyJob) and emits it with its status.</summary>
[Cmdlet(VerbsLifecycle.Confirm, "CPThirdPartyJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ThirdPartyJob), typeof(ThirdPartyJobDetail))]
public sealed class ConfirmThirdPartyJobCommand : JobCommand
{
    /// <summary>The nonce of the job's details; without it, the details are read first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [NoCompletion]
    public string? Nonce { get; set; }

    /// <summary>
    /// For scripts of AWS.Tools: a property of the answer to give, '*' for all of it, '^Name' for a parameter.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SelectCompleter))]
    public string? Select { get; set; }

    /// <summary>
    /// Goes on where $ConfirmPreference would ask, as in AWS.Tools. -Confirm itself asks all the same.
    /// </summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Force { get; set; }

    /// <summary>For scripts of AWS.Tools: gives the job id, as -Select '^JobId' does.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        SelectExpression? selection = Selected(
            Select, IsOn(PassThru, nameof(PassThru)), typeof(AcknowledgeThirdPartyJobResponse));
        bool isForced = IsOn(Force, nameof(Force));
        bool agreed = await AskAsync(
            host => host.ShouldProcess($"job {JobId}", "Claim (AcknowledgeThirdPartyJob)", isForced), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        string? nonce = string.IsNullOrEmpty(Nonce) ? Piped.Nonce : Nonce;
        if (string.IsNullOrEmpty(nonce))
        {
            ThirdPartyJobDetail detail =
                await ReadDetailAsync(job, " for its nonce", cancellationToken).ConfigureAwait(false);
            job = detail;
            nonce = detail.Nonce;
        }

        if (string.IsNullOrEmpty(nonce))
        {
            throw new RecordException(ErrorCatalog.NoNonce(JobId, Target!));
        }

        string status = await job.Session!.Client
            .AcknowledgeThirdPartyJobAsync(JobId, nonce!, job.ClientToken!, Noting, cancellationToken)
            .ConfigureAwait(false);

        // A script that picks from the answer looks at the status itself, as with AWS.Tools.
        if (status != JobStatus.InProgress && selection is not { IsOfAnswer: true })
        {
            throw new RecordException(ErrorCatalog.JobTaken(JobId, status, Target!));
        }

        Say(status == JobStatus.InProgress ? $"Job {JobId} is claimed." : $"Job {JobId} is not claimed: {status}.");
        ThirdPartyJob claimed = job.WithStatus(status);
        if (selection is null)
        {
            Write(claimed);
            return;
        }

        foreach (object selected in selection.From(new AcknowledgeThirdPartyJobResponse(status, Facts), claimed, this))
        {
            object value = selected is string text && text == status
                ? await AskAsync(host => host.WithValue(text), cancellationToken).ConfigureAwait(false)
                : selected;
            Write(value);
        }
    }
}
