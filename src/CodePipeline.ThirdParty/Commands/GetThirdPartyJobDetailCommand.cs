using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Gets a job's details: nonce, data and new artifact credentials (GetThirdPartyJobDetails).</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyJobDetail")]
[Alias("Get-CPThirdPartyJobDetails")]
[OutputType(typeof(ThirdPartyJobDetail))]
public sealed class GetThirdPartyJobDetailCommand : JobCommand
{
    /// <summary>
    /// For AWS.Tools scripts: a property of the response, '*' for the whole response, or '^Name' for a parameter.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SelectCompleter))]
    public string? Select { get; set; }

    /// <summary>For AWS.Tools scripts: emits the job id, like -Select '^JobId'.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        SelectExpression? selection = ParseSelect(
            Select, IsOn(PassThru, nameof(PassThru)), typeof(GetThirdPartyJobDetailsResponse));
        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        string whose = string.IsNullOrEmpty(job.ClientId) ? string.Empty : $" of client {job.ClientId}";
        ThirdPartyJobDetail detail = await ReadDetailAsync(job, whose, cancellationToken).ConfigureAwait(false);
        if (selection is null)
        {
            Write(detail);
            return;
        }

        var response = new GetThirdPartyJobDetailsResponse(detail, LastResponse);
        foreach (object selected in selection.From(response, detail, this))
        {
            Write(selected);
        }
    }
}
