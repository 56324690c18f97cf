using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>The faults that the emulator injects. The same plan and requests give the same faults.</summary>
/// <remarks>
/// The text form is a semicolon-separated list of <c>seed=N</c> and rules of the form
/// <c>kind=probability[@Operation][,skip=N][,limit=N][,delay=2s]</c>; for example
/// <c>seed=1;throttle=0.1;drop-after=1@PutThirdPartyJobSuccessResult,limit=2;slow=0.5,delay=200ms</c>.
/// Faults affect only requests with a valid signature. The emulator tries the rules in order and applies the first one
/// that hits.
/// </remarks>
public sealed class FaultPlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="seed">The seed of the random sequence.</param>
    /// <param name="rules">The rules, in the order in which the emulator tries them.</param>
    public FaultPlan(int seed, IReadOnlyList<FaultRule> rules)
    {
        if (rules is null)
        {
            throw new ArgumentNullException(nameof(rules));
        }

        Seed = seed;
        Rules = rules.ToArray();
    }

    /// <summary>The seed of the random sequence.</summary>
    public int Seed { get; }

    /// <summary>The rules, in the order in which the emulator tries them.</summary>
    public IReadOnlyList<FaultRule> Rules { get; }

    /// <summary>Parses the text form of a plan.</summary>
    /// <exception cref="InvalidInputException">
    /// The text is not a valid plan; the message names the invalid part and the reason.
    /// </exception>
    public static FaultPlan Parse(string text) => FaultPlanParser.Parse(text);

    /// <summary>Returns the text form of the plan, which <see cref="Parse"/> accepts.</summary>
    public override string ToString() => string.Join(
        ";",
        new[] { "seed=" + Seed.ToString(CultureInfo.InvariantCulture) }.Concat(Rules.Select(rule => rule.ToString())));
}
