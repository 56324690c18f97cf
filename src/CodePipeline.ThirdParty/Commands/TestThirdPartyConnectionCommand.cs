using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Diagnostics;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Checks the prerequisites for working with jobs, without polling.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CPThirdPartyConnection")]
[OutputType(typeof(ConnectionCheck), typeof(bool))]
public sealed class TestThirdPartyConnectionCommand : ConnectedCommand
{
    /// <summary>An action type whose spelling to check.</summary>
    [Parameter(Position = 0)]
    [ActionTypeTransformation]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    public ActionTypeId? ActionType { get; set; }

    /// <summary>A client id whose token to look up.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClientIdCompleter))]
    public string? ClientId { get; set; }

    /// <summary>Emits only true or false: whether no check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartySession session =
            await EffectiveSessionAsync(PipedObject.None, cancellationToken).ConfigureAwait(false);
        bool passed = true;
        var preflight = new Preflight(session, TimeProvider.System, Options, Describe, check =>
        {
            passed &= check.Result != CheckResult.Failed;
            if (!Quiet)
            {
                Write(check);
            }
        });
        await preflight.RunAsync(ActionType, ClientId, cancellationToken).ConfigureAwait(false);
        if (Quiet)
        {
            Write(passed);
        }
    }

    private static (string Text, string RecommendedAction)? Describe(Exception error) =>
        ErrorCatalog.Find(error, target: null) is CommandError known ? (known.Message, known.RecommendedAction) : null;
}
