using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.TokenSources;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Client tokens as a parameter takes them: one token, a table of client id to token, or a script block.
/// </summary>
public sealed class ClientTokenArgument
{
    private readonly IClientTokenSource? _source;

    private ClientTokenArgument(IClientTokenSource source) => _source = source;

    private ClientTokenArgument(InvalidInputException fault) => Fault = fault;

    /// <summary>Why it is no token, where it is none.</summary>
    internal InvalidInputException? Fault { get; }

    /// <summary>Where tokens come from.</summary>
    /// <exception cref="InvalidInputException">What was given is no token.</exception>
    internal IClientTokenSource Source => _source ?? throw Fault!;

    internal static ClientTokenArgument Parse(object value) => value switch
    {
        ClientTokenArgument argument => argument,
        ScriptBlock script => new ClientTokenArgument(new CachingTokenSource(new ScriptTokenSource(script))),
        IDictionary map => new ClientTokenArgument(Map(map)),
        _ => new ClientTokenArgument(new SingleTokenSource(Check(value), "the parameter ClientToken")),
    };

    /// <summary>
    /// The same, with what is wrong kept until the token is asked for: of a piped object only the cmdlet can tell
    /// whether the token is somewhere else.
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
                    "ClientToken", $"The table of client tokens has none for client '{clientId}'.",
                    "Give one, or leave it out.")
                : Check(entry.Value);
        }

        return new TokenMapSource(tokens, "the table of -ClientToken");
    }
}

/// <summary>Turns what <c>-ClientToken</c> takes into a <see cref="ClientTokenArgument"/>.</summary>
public sealed class ClientTokenTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => ClientTokenArgument.Parse(value);
}

/// <summary>
/// The same for cmdlets that take jobs from the pipeline: what a serialised job has instead of its token is told
/// by the cmdlet, which knows where else to look.
/// </summary>
internal sealed class PipedClientTokenTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => ClientTokenArgument.ParseAny(value);
}
