using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Caches client tokens. Concurrent jobs of one client share a single lookup.</summary>
/// <param name="session">The session whose token sources are the fallback.</param>
/// <param name="parameter">The token source to ask first; <see langword="null"/> for none.</param>
internal sealed class ClientTokenCache(ThirdPartySession session, IClientTokenSource? parameter)
{
    private readonly ConcurrentDictionary<string, Secret> _found = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _looking = new(StringComparer.Ordinal);

    /// <summary>Returns the token of a job's client, and whether it came from the cache.</summary>
    /// <exception cref="ClientTokenNotFoundException">No source has a token for the client.</exception>
    public async Task<(Secret Token, bool Cached)> FindAsync(JobTicket ticket, CancellationToken cancellationToken)
    {
        string client = ticket.ClientId ?? string.Empty;
        if (_found.TryGetValue(client, out Secret? known))
        {
            return (known, true);
        }

        SemaphoreSlim looking = _looking.GetOrAdd(client, _ => new SemaphoreSlim(1));
        await looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_found.TryGetValue(client, out known))
            {
                return (known, true);
            }

            Secret token = await ClientTokenResolver.ResolveAsync(
                ticket.JobId, ticket.ClientId, parameter, carried: null, session, cancellationToken)
                .ConfigureAwait(false);
            _found[client] = token;
            return (token, false);
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>Removes a token that the service refused, unless the cache holds a newer one.</summary>
    public void Drop(JobTicket ticket, Secret refused)
    {
        string client = ticket.ClientId ?? string.Empty;
        if (_found.TryGetValue(client, out Secret? known) && known.Equals(refused))
        {
            _found.TryRemove(client, out _);
        }
    }
}
