using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>Parses the text form of a <see cref="FaultPlan"/>.</summary>
internal static class FaultPlanParser
{
    private const string Example =
        "Write it like: seed=1;throttle=0.1;drop-after=1@PutThirdPartyJobSuccessResult,limit=2";

    internal static FaultPlan Parse(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

        int seed = 0;
        List<FaultRule> rules = new();
        foreach (string part in text.Split(';').Select(part => part.Trim()).Where(part => part.Length > 0))
        {
            (string name, string value) = Pair(part, part);
            if (name.Equals("seed", StringComparison.OrdinalIgnoreCase))
            {
                seed = WholeNumber(value, part);
            }
            else
            {
                rules.Add(Rule(name, value, part));
            }
        }

        return new FaultPlan(seed, rules);
    }

    private static FaultRule Rule(string name, string value, string part)
    {
        FaultKind kind = FaultNames.Find(name)
            ?? throw Invalid(part, $"'{name}' is not a fault kind", $"Use one of: {FaultNames.List}.");
        string[] fields = value.Split(',');
        string[] target = fields[0].Split(new[] { '@' }, 2);
        double probability = Number(target[0].Trim(), part);
        string? operation = target.Length == 2 ? target[1].Trim() : null;
        int skip = 0;
        int? limit = null;
        TimeSpan? delay = null;
        foreach (string field in fields.Skip(1))
        {
            (string key, string setting) = Pair(field, part);
            switch (key.ToUpperInvariant())
            {
                case "SKIP":
                    skip = WholeNumber(setting, part);
                    break;
                case "LIMIT":
                    limit = WholeNumber(setting, part);
                    break;
                case "DELAY":
                    delay = Time(setting, part);
                    break;
                default:
                    throw Invalid(part, $"'{key}' is not a setting of a fault", "Use skip, limit or delay.");
            }
        }

        try
        {
            return new FaultRule(kind, probability, operation, skip, limit, delay);
        }
        catch (InvalidInputException e)
        {
            throw Invalid(part, e.Message.TrimEnd('.'), e.RecommendedAction, e);
        }
    }

    private static (string Name, string Value) Pair(string text, string part)
    {
        int equals = text.IndexOf('=');
        return equals > 0
            ? (text.Substring(0, equals).Trim(), text.Substring(equals + 1).Trim())
            : throw Invalid(part, $"'{text.Trim()}' has no '='", Example + ".");
    }

    private static int WholeNumber(string text, string part) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Invalid(part, $"'{text}' is not a whole number", Example + ".");

    private static double Number(string text, string part) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out double number)
            ? number
            : throw Invalid(part, $"'{text}' is not a number", Example + ".");

    private static TimeSpan Time(string text, string part)
    {
        bool milliseconds = text.EndsWith("ms", StringComparison.OrdinalIgnoreCase);
        bool seconds = !milliseconds && text.EndsWith("s", StringComparison.OrdinalIgnoreCase);
        if (!milliseconds && !seconds)
        {
            throw Invalid(part, $"'{text}' has no unit", "Use ms or s, for example delay=200ms.");
        }

        double number = Number(text.Substring(0, text.Length - (milliseconds ? 2 : 1)), part);
        double count = milliseconds ? number : number * 1000;

        // Avoids an overflow. Two days is above the limit of a rule, so the rule still rejects it.
        return TimeSpan.FromTicks((long)(Math.Min(count, 2 * 86_400_000d) * TimeSpan.TicksPerMillisecond));
    }

    private static InvalidInputException Invalid(
        string part, string problem, string recommendedAction, Exception? cause = null) =>
        new("Faults", $"Part '{part}' of the fault plan is invalid: {problem}.", recommendedAction, cause);
}
