using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.TokenSources;

/// <summary>
/// A Microsoft.PowerShell.SecretManagement vault that stores each client's token under the client id.
/// </summary>
internal sealed class VaultTokenSource(string vault) : IClientTokenSource
{
    private const string GetSecret =
        "param($Vault, $Name) Get-Secret -Vault $Vault -Name $Name -ErrorAction Stop";

    public string Description => $"the vault '{vault}'";

    public async Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        AsyncCommand command = AsyncCommand.Current
            ?? throw new InvalidOperationException("A client token vault is read only inside a cmdlet.");
        try
        {
            IReadOnlyList<object?> results = await command.AskAsync(
                host => host.InvokeScript(GetSecret, vault, clientId), cancellationToken).ConfigureAwait(false);
            object? token = results.FirstOrDefault(result => result is not null);
            return token is null ? null : ClientTokenArgument.Check(token);
        }
        catch (CommandNotFoundException error)
        {
            var missing = new InvalidOperationException(
                "Get-Secret was not found. Install the module Microsoft.PowerShell.SecretManagement.", error);
            throw new RecordException(ErrorCatalog.TokenSourceFailed(Description, clientId, missing));
        }
        catch (RuntimeException error) when (error.ErrorRecord?.CategoryInfo.Category == ErrorCategory.ObjectNotFound)
        {
            return null;
        }
        catch (Exception error) when (error is RuntimeException or InvalidInputException)
        {
            throw new RecordException(ErrorCatalog.TokenSourceFailed(Description, clientId, error));
        }
    }
}
