using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Sessions;

/// <summary>
/// Finds the client token of a job. Looks in the parameter, the job, the session and the environment, in this order.
/// </summary>
internal static class ClientTokenResolver
{
    public static async Task<Secret> ResolveAsync(
        string? jobId,
        string? clientId,
        IClientTokenSource? parameter,
        Secret? carried,
        ThirdPartySession? session,
        CancellationToken cancellationToken)
    {
        string client = clientId ?? string.Empty;
        var searched = new List<string>();
        if (await AskAsync(parameter).ConfigureAwait(false) is Secret given)
        {
            return given;
        }

        if (carried is not null)
        {
            return carried;
        }

        return await AskAsync(session?.Tokens).ConfigureAwait(false)
            ?? await AskAsync(EnvironmentTokenSource.Instance).ConfigureAwait(false)
            ?? throw new ClientTokenNotFoundException(jobId, clientId, searched);

        async Task<Secret?> AskAsync(IClientTokenSource? source)
        {
            if (source is null)
            {
                return null;
            }

            searched.Add(source.Description);
            return await source.FindAsync(client, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>No source has the client token of a job.</summary>
internal sealed class ClientTokenNotFoundException(string? jobId, string? clientId, IEnumerable<string> searched)
    : Exception($"No client token was found for client '{(string.IsNullOrEmpty(clientId) ? "(not named)" : clientId)}'"
        + $"{(jobId is null ? string.Empty : $" of job {jobId}")}. Looked in {string.Join(", ", searched)}.")
{
    public string? JobId { get; } = jobId;
}
