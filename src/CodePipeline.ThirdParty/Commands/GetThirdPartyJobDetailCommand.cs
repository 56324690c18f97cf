using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Reads a job: nonce, data, and fresh credentials for its artifacts (GetThirdPartyJobDetails).</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyJobDetail")]
[Alias("Get-CPThirdPartyJobDetails")]
[OutputType(typeof(ThirdPartyJobDetail))]
public sealed class GetThirdPartyJobDetailCommand : JobCommand
{
    /// <summary>
    /// For scripts of AWS.Tools: a property of the answer to give, '*' for all of it, '^Name' for a parameter.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SelectCompleter))]
    public string? Select { get; set; }

    /// <summary>For scripts of AWS.Tools: gives the job id, as -Select '^JobId' does.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        SelectExpression? selection = Selected(
            Select, IsOn(PassThru, nameof(PassThru)), typeof(GetThirdPartyJobDetailsResponse));
        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        string whose = string.IsNullOrEmpty(job.ClientId) ? string.Empty : $" of client {job.ClientId}";
        ThirdPartyJobDetail detail = await ReadDetailAsync(job, whose, cancellationToken).ConfigureAwait(false);
        if (selection is null)
        {
            Write(detail);
            return;
        }

        foreach (object selected in selection.From(new GetThirdPartyJobDetailsResponse(detail, Facts), detail, this))
        {
            Write(selected);
        }
    }
}
