using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Each client's token, looked up once, also where many jobs of a client come at the same time.</summary>
internal sealed class ClientTokenCache(ThirdPartySession session, IClientTokenSource? parameter)
{
    private readonly ConcurrentDictionary<string, Secret> _found = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _looking = new(StringComparer.Ordinal);

    /// <summary>The token, and whether it was known before.</summary>
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

    /// <summary>Forgets a token that was refused, unless another one has been found since.</summary>
    public void Drop(JobTicket ticket, Secret refused)
    {
        string client = ticket.ClientId ?? string.Empty;
        if (_found.TryGetValue(client, out Secret? known) && known.Equals(refused))
        {
            _found.TryRemove(client, out _);
        }
    }
}
