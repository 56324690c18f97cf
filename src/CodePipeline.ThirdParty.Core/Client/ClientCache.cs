using System;
using System.Collections.Concurrent;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Keeps one client per distinct configuration for all runspaces, so that connections and credentials are reused.
/// </summary>
internal static class ClientCache
{
    // Otherwise, rotating keys (OIDC on a runner) would pile up clients in a process that runs for weeks.
    private const int Limit = 64;

    private static readonly ConcurrentDictionary<ClientSettings, Lazy<ThirdPartyJobClient>> s_clients = new();

    public static ThirdPartyJobClient Get(ClientSettings settings)
    {
        if (s_clients.Count >= Limit && !s_clients.ContainsKey(settings))
        {
            // Sessions keep the clients in use alive. The garbage collector frees the others.
            s_clients.Clear();
        }

        Lazy<ThirdPartyJobClient> client = s_clients.GetOrAdd(
            settings, key => new Lazy<ThirdPartyJobClient>(() => new ThirdPartyJobClient(key)));
        try
        {
            return client.Value;
        }
        catch (Exception)
        {
            // A Lazy keeps its exception. The next call must read the profile again, which the user may have fixed.
            s_clients.TryRemove(settings, out _);
            throw;
        }
    }
}
