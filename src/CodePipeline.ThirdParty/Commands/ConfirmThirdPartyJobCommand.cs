using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Errors;
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
    /// For scripts of AWS.Tools; it changes nothing: this cmdlet asks only where the preference or -Confirm says so.
    /// </summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Force { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool agreed = await AskAsync(
            host => host.ShouldProcess($"job {JobId}", "Claim (AcknowledgeThirdPartyJob)"), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        string? nonce = Nonce;
        if (string.IsNullOrEmpty(nonce))
        {
            ThirdPartyJobDetail detail =
                await ReadDetailAsync(job, "for its nonce", cancellationToken).ConfigureAwait(false);
            job = detail;
            nonce = detail.Nonce;
        }

        if (string.IsNullOrEmpty(nonce))
        {
            throw new RecordException(ErrorCatalog.NoNonce(JobId, Target!));
        }

        string status = await job.Session!.Client
            .AcknowledgeThirdPartyJobAsync(JobId, nonce!, job.ClientToken!, Options, cancellationToken)
            .ConfigureAwait(false);
        if (status != JobStatus.InProgress)
        {
            throw new RecordException(ErrorCatalog.JobTaken(JobId, status, Target!));
        }

        Say($"Job {JobId} is claimed.");
        if (Selection.Of(Select, job.WithStatus(status), this) is object selected)
        {
            Write(selected);
        }
    }
}
