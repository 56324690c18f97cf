using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Reads a job: nonce, data, and fresh credentials for its artifacts (GetThirdPartyJobDetails).</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyJobDetail")]
[OutputType(typeof(ThirdPartyJobDetail))]
public sealed class GetThirdPartyJobDetailCommand : JobCommand
{
    /// <summary>
    /// For scripts of AWS.Tools: a property of the answer to give, '*' for all of it, '^Name' for a parameter.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SelectCompleter))]
    public string? Select { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        ThirdPartyJobDetail detail =
            await ReadDetailAsync(job, $"of client {job.ClientId}", cancellationToken).ConfigureAwait(false);
        if (Selection.Of(Select, detail, this) is object selected)
        {
            Write(selected);
        }
    }
}
