using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.TokenSources;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>The value of -ClientToken: one token, a table of client id to token, or a script block.</summary>
public sealed class ClientTokenArgument
{
    private readonly IClientTokenSource? _source;

    private ClientTokenArgument(IClientTokenSource source) => _source = source;

    private ClientTokenArgument(InvalidInputException fault) => Fault = fault;

    /// <summary>The error of an invalid value; null for a valid one.</summary>
    internal InvalidInputException? Fault { get; }

    /// <summary>The token source.</summary>
    /// <exception cref="InvalidInputException">The value is not a token.</exception>
    internal IClientTokenSource Source => _source ?? throw Fault!;

    internal static ClientTokenArgument Parse(object value) => value switch
    {
        ClientTokenArgument argument => argument,
        ScriptBlock script => new ClientTokenArgument(new CachingTokenSource(new ScriptTokenSource(script))),
        IDictionary map => new ClientTokenArgument(Map(map)),
        _ => new ClientTokenArgument(new SingleTokenSource(Check(value), "the parameter ClientToken")),
    };

    /// <summary>
    /// Parses the value and keeps an error until the token is needed. Only the cmdlet knows whether a piped object's
    /// token is available elsewhere.
    /// </summary>
    internal static ClientTokenArgument ParseAny(object value)
    {
        try
        {
            return Parse(value);
        }
        catch (InvalidInputException fault)
        {
            return new ClientTokenArgument(fault);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _source?.Description ?? Secret.Mask;

    internal static Secret Check(object value)
    {
        Secret token = SecretTransformationAttribute.Make(value, "ClientToken");
        ServiceLimits.ClientToken.Check(token.Reveal(), "ClientToken");
        return token;
    }

    private static TokenMapSource Map(IDictionary map)
    {
        var tokens = new Dictionary<string, Secret>();
        foreach (DictionaryEntry entry in map)
        {
            string clientId = entry.Key.ToString()!;
            tokens[clientId] = entry.Value is null
                ? throw new InvalidInputException(
                    "ClientToken", $"The table of client tokens has no token for client '{clientId}'.",
                    "Add the token, or remove the client.")
                : Check(entry.Value);
        }

        return new TokenMapSource(tokens, "the table of -ClientToken");
    }
}

/// <summary>Converts the value of <c>-ClientToken</c> to a <see cref="ClientTokenArgument"/>.</summary>
public sealed class ClientTokenTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => ClientTokenArgument.Parse(value);
}

/// <summary>
/// Converts the value for cmdlets that take piped jobs. Keeps errors, because a deserialized job has a mask instead of
/// its token and the cmdlet can look the token up.
/// </summary>
internal sealed class PipedClientTokenTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => ClientTokenArgument.ParseAny(value);
}
