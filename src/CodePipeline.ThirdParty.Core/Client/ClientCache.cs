using System;
using System.Collections.Concurrent;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// One client per distinct configuration, shared by all runspaces and kept: connections and credentials stay warm.
/// </summary>
internal static class ClientCache
{
    // Keys that rotate (OIDC on a runner) would else pile up clients in a process that runs for weeks.
    private const int Limit = 64;

    private static readonly ConcurrentDictionary<ClientSettings, Lazy<ThirdPartyJobClient>> s_clients = new();

    public static ThirdPartyJobClient Get(ClientSettings settings)
    {
        if (s_clients.Count >= Limit && !s_clients.ContainsKey(settings))
        {
            // Those in use stay alive through their sessions; the others are collected.
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
            // A lazy value keeps its error: the user mends the profile and must not meet it again.
            s_clients.TryRemove(settings, out _);
            throw;
        }
    }
}
