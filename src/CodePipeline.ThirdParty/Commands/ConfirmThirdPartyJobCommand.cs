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
    /// <summary>The nonce from the job's details. Without it, the cmdlet reads the details first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [NoCompletion]
    public string? Nonce { get; set; }

    /// <summary>
    /// For AWS.Tools scripts: a property of the response, '*' for the whole response, or '^Name' for a parameter.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SelectCompleter))]
    public string? Select { get; set; }

    /// <summary>Skips the prompt of $ConfirmPreference, as in AWS.Tools. -Confirm still prompts.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Force { get; set; }

    /// <summary>For AWS.Tools scripts: emits the job id, like -Select '^JobId'.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        SelectExpression? selection = ParseSelect(
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
            .AcknowledgeThirdPartyJobAsync(JobId, nonce!, job.ClientToken!, RecordingOptions, cancellationToken)
            .ConfigureAwait(false);

        // A script that selects from the response checks the status itself, as with AWS.Tools.
        if (status != JobStatus.InProgress && selection is not { IsFromResponse: true })
        {
            throw new RecordException(ErrorCatalog.JobTaken(JobId, status, Target!));
        }

        WriteVerboseLine(status == JobStatus.InProgress
            ? $"Claimed job {JobId}."
            : $"Did not claim job {JobId}: its status is {status}.");
        ThirdPartyJob claimed = job.WithStatus(status);
        if (selection is null)
        {
            Write(claimed);
            return;
        }

        var response = new AcknowledgeThirdPartyJobResponse(status, LastResponse);
        foreach (object selected in selection.From(response, claimed, this))
        {
            object value = selected is string text && text == status
                ? await AskAsync(host => host.WithValue(text), cancellationToken).ConfigureAwait(false)
                : selected;
            Write(value);
        }
    }
}
