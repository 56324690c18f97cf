using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.TokenSources;

/// <summary>
/// A script block <c>{ param($ClientId) … }</c> that returns a client's token. Runs on the pipeline thread of the
/// cmdlet that needs the token.
/// </summary>
internal sealed class ScriptTokenSource(ScriptBlock script) : IClientTokenSource
{
    private readonly Runspace? _home = Runspace.DefaultRunspace;

    public string Description => "the script block of -ClientToken";

    public async Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        AsyncCommand command = AsyncCommand.Current
            ?? throw new InvalidOperationException("A client token script block runs only inside a cmdlet.");
        try
        {
            IReadOnlyList<object?> results = await command.AskAsync(
                host => host.Invoke(BoundToRunspace(), clientId), cancellationToken).ConfigureAwait(false);
            object? token = results.FirstOrDefault(result => result is not null);
            return token is null ? null : ClientTokenArgument.Check(token);
        }
        catch (Exception error) when (error is RuntimeException or InvalidInputException)
        {
            throw new RecordException(ErrorCatalog.TokenSourceFailed(Description, clientId, error));
        }
    }

    /// <summary>
    /// The script block bound to the current runspace: in another runspace, a copy of its text runs instead.
    /// </summary>
    private ScriptBlock BoundToRunspace() =>
        ReferenceEquals(_home, Runspace.DefaultRunspace) ? script : ScriptBlock.Create(script.ToString());
}
