using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Client tokens as a parameter takes them: one token, a table of client id to token, or a script block.
/// </summary>
public sealed class ClientTokenArgument
{
    private ClientTokenArgument(IClientTokenSource source) => Source = source;

    internal IClientTokenSource Source { get; }

    internal static ClientTokenArgument Of(object value) => value switch
    {
        ClientTokenArgument argument => argument,
        ScriptBlock script => new ClientTokenArgument(new CachedTokens(new ScriptTokens(script))),
        IDictionary map => new ClientTokenArgument(Map(map)),
        _ => new ClientTokenArgument(new SingleToken(Check(value), "the parameter ClientToken")),
    };

    /// <inheritdoc/>
    public override string ToString() => Source.Description;

    internal static Secret Check(object value)
    {
        Secret token = SecretTransformationAttribute.Make(value, "ClientToken");
        ServiceLimits.ClientToken.Check(token.Reveal(), "ClientToken");
        return token;
    }

    private static TokenMap Map(IDictionary map)
    {
        var tokens = new Dictionary<string, Secret>();
        foreach (DictionaryEntry entry in map)
        {
            string clientId = entry.Key.ToString()!;
            tokens[clientId] = entry.Value is null
                ? throw new InvalidInputException(
                    "ClientToken", $"The table of client tokens has none for client '{clientId}'.",
                    "Give one, or leave it out.")
                : Check(entry.Value);
        }

        return new TokenMap(tokens, "the table of -ClientToken");
    }
}

/// <summary>Turns what <c>-ClientToken</c> takes into a <see cref="ClientTokenArgument"/>.</summary>
public sealed class ClientTokenTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => ClientTokenArgument.Of(value);
}
