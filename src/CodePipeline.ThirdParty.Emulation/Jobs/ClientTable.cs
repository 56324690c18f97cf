using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>
/// The partner's customers: client ids and client tokens. The lock of the <see cref="JobTable"/> guards it.
/// </summary>
internal sealed class ClientTable
{
    private readonly Dictionary<string, Secret> _tokens = new(StringComparer.Ordinal);

    /// <summary>Adds a client, or changes the token of an existing client if <paramref name="token"/> is set.</summary>
    internal Secret Add(string clientId, Secret? token)
    {
        InputValidation.Length(clientId, "ClientId", ServiceLimits.JobId.Maximum);
        CheckToken(token);
        if (token is null && _tokens.TryGetValue(clientId, out Secret? known))
        {
            return known;
        }

        Secret added = token ?? new Secret(RandomIdentifiers.ClientToken());
        _tokens[clientId] = added;
        return added;
    }

    /// <summary>Finds or adds the client of a new job and returns its id.</summary>
    internal string ForJob(string? clientId, Secret? token)
    {
        CheckToken(token);
        if (clientId is not null
            && token is not null
            && _tokens.TryGetValue(clientId, out Secret? known)
            && !known.Equals(token))
        {
            throw new InvalidInputException(
                "ClientToken",
                $"Client '{clientId}' already has a different client token.",
                "Leave ClientToken out to use the existing token, or use another ClientId.");
        }

        string id = clientId ?? RandomIdentifiers.NewId();
        Add(id, token);
        return id;
    }

    internal Secret TokenOf(string clientId) => _tokens[clientId];

    internal bool IsTokenOf(string clientId, string token) =>
        ConstantTimeComparison.AreEqual(_tokens[clientId].Reveal(), token);

    internal IReadOnlyDictionary<string, Secret> ToDictionary() =>
        new Dictionary<string, Secret>(_tokens, StringComparer.Ordinal);

    private static void CheckToken(Secret? token)
    {
        if (token is not null)
        {
            ServiceLimits.ClientToken.Check(token.Reveal(), "ClientToken");
        }
    }
}
