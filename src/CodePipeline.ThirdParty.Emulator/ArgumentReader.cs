using System;
using System.Collections.Generic;
using System.CommandLine.Parsing;
using System.Globalization;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Converts command-line arguments to types, and reports invalid ones.</summary>
internal static class ArgumentReader
{
    internal static TimeSpan Time(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds <= TimeSpan.FromDays(366).TotalSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        if (text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time))
        {
            return time;
        }

        result.AddError($"'{text}' is not a time. Use seconds, such as 30 or 0.5, or hours:minutes:seconds.");
        return default;
    }

    internal static ActionTypeId[] ActionTypes(ArgumentResult result)
    {
        List<ActionTypeId> types = [];
        foreach (Token token in result.Tokens)
        {
            try
            {
                types.Add(ActionTypeParser.Parse(token.Value));
            }
            catch (InvalidInputException e)
            {
                result.AddError($"{e.Message} {e.RecommendedAction}");
            }
        }

        return [.. types];
    }

    internal static Dictionary<string, string> Configuration(ArgumentResult result)
    {
        Dictionary<string, string> configuration = new(StringComparer.Ordinal);
        foreach (Token token in result.Tokens)
        {
            int equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                configuration[token.Value[..equals]] = token.Value[(equals + 1)..];
            }
            else
            {
                // The message omits the value, because it may be a secret.
                result.AddError("A --configuration value has no '='. Use the form KEY=VALUE.");
            }
        }

        return configuration;
    }

    internal static Dictionary<string, EmulatedContent> Inputs(ArgumentResult result)
    {
        Dictionary<string, EmulatedContent> inputs = new(StringComparer.Ordinal);
        foreach (Token token in result.Tokens)
        {
            int equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == token.Value.Length - 1)
            {
                result.AddError($"'{token.Value}' is not a name and a file. Use the form NAME=FILE.");
            }
            else if (!inputs.TryAdd(token.Value[..equals], EmulatedContent.FromFile(token.Value[(equals + 1)..])))
            {
                result.AddError($"The input '{token.Value[..equals]}' occurs twice. Use each name once.");
            }
        }

        return inputs;
    }

    internal static FaultPlan? Faults(ArgumentResult result)
    {
        try
        {
            return FaultPlan.Parse(result.Tokens[0].Value);
        }
        catch (InvalidInputException e)
        {
            result.AddError($"{e.Message} {e.RecommendedAction}");
            return null;
        }
    }

    internal static Secret? Secret(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.Length == 0)
        {
            result.AddError("The secret is empty. Give a value, or leave the option out.");
            return null;
        }

        return new Secret(text);
    }
}
