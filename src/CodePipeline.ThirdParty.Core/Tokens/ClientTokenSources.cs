using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Tokens;

/// <summary>The same token for every client.</summary>
internal sealed class SingleTokenSource(Secret token, string description) : IClientTokenSource
{
    public string Description => description;

    public Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        Task.FromResult<Secret?>(token);
}

/// <summary>A map of client ids to tokens.</summary>
internal sealed class TokenMapSource(
    IReadOnlyDictionary<string, Secret> tokens, string description) : IClientTokenSource

{
    public string Description => $"{description} ({tokens.Count} clients)";

    public Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        Task.FromResult(tokens.TryGetValue(clientId, out Secret? token) ? token : null);
}

/// <summary>Looks up tokens through a delegate, such as a script block, a vault or an emulator.</summary>
internal sealed class DelegateTokenSource(
    Func<string, CancellationToken, Task<Secret?>> find, string description) : IClientTokenSource
{
    public string Description => description;

    public Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken) =>
        find(clientId, cancellationToken);
}

/// <summary>Caches the tokens of a source by client id.</summary>
internal sealed class CachingTokenSource(IClientTokenSource source) : IClientTokenSource
{
    private readonly ConcurrentDictionary<string, Secret> _found = new(StringComparer.Ordinal);

    public string Description => source.Description;

    public async Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        if (_found.TryGetValue(clientId, out Secret? known))
        {
            return known;
        }

        // A missing token is not cached, because the partner may add the client at any time.
        Secret? token = await source.FindAsync(clientId, cancellationToken).ConfigureAwait(false);
        return token is null ? null : _found.GetOrAdd(clientId, token);
    }
}

/// <summary>The variable CPTHIRDPARTY_CLIENT_TOKEN: a token, or a JSON map of client id to token.</summary>
internal sealed class EnvironmentTokenSource : IClientTokenSource
{
    public const string Variable = "CPTHIRDPARTY_CLIENT_TOKEN";

    public static EnvironmentTokenSource Instance { get; } = new();

    public string Description => $"the variable {Variable}";

    /// <summary>Registers all tokens in the variable as secrets, even those that no job has needed yet.</summary>
    public static void Announce()
    {
        try
        {
            _ = Read();
        }
        catch (InvalidInputException)
        {
            // The error is reported when a job needs a token.
        }
    }

    public Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        (Secret? one, Dictionary<string, Secret> each) = Read();
        return Task.FromResult(one ?? (each.TryGetValue(clientId, out Secret? token) ? token : null));
    }

    private static (Secret? One, Dictionary<string, Secret> Each) Read()
    {
        var each = new Dictionary<string, Secret>(StringComparer.Ordinal);
        string? text = WithheldVariables.Read(Variable)?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return (null, each);
        }

        if (text![0] != '{')
        {
            return (new Secret(text), each);
        }

        try
        {
            using JsonDocument map = JsonDocument.Parse(text);
            foreach (JsonProperty client in map.RootElement.EnumerateObject())
            {
                if (client.Value.ValueKind == JsonValueKind.String && client.Value.GetString() is { Length: > 0 } token)
                {
                    each[client.Name] = new Secret(token);
                }
            }

            return (null, each);
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            // The parser's message would quote the text, which is a secret.
            throw new InvalidInputException(
                Variable,
                $"The variable {Variable} starts with '{{' but is not a JSON map.",
                "Set it to one token, or to JSON such as {\"client id\":\"token\"}.");
        }
    }
}
