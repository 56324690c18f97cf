using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Removes a session from this runspace.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "CPThirdParty", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectThirdPartyCommand : AsyncCommand
{
    /// <summary>The session name. The default is the default session.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = SessionStore.DefaultName;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool agreed = await AskAsync(host => host.ShouldProcess($"session '{Name}'", "Remove"), cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        if (!Shell.Sessions.Remove(Name))
        {
            throw new RecordException(ErrorCatalog.SessionNotFound(
                Name, Shell.Sessions.All().Select(session => session.Name)));
        }
    }
}
