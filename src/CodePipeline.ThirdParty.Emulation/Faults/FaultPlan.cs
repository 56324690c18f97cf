using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>Which faults the emulator answers with. The same plan and the same requests give the same faults.</summary>
/// <remarks>
/// Text form: parts between semicolons, <c>seed=N</c> and rules
/// <c>kind=probability[@Operation][,skip=N][,limit=N][,delay=2s]</c>; for example
/// <c>seed=1;throttle=0.1;drop-after=1@PutThirdPartyJobSuccessResult,limit=2;slow=0.5,delay=200ms</c>.
/// Only requests that are rightly signed are hit. Rules are tried in order; the first one that hits decides.
/// </remarks>
public sealed class FaultPlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="seed">What the sequence of hits is drawn from.</param>
    /// <param name="rules">The faults, tried in this order.</param>
    public FaultPlan(int seed, IReadOnlyList<FaultRule> rules)
    {
        if (rules is null)
        {
            throw new ArgumentNullException(nameof(rules));
        }

        Seed = seed;
        Rules = rules.ToArray();
    }

    /// <summary>What the sequence of hits is drawn from.</summary>
    public int Seed { get; }

    /// <summary>The faults, tried in this order.</summary>
    public IReadOnlyList<FaultRule> Rules { get; }

    /// <summary>Reads the text form of a plan.</summary>
    /// <exception cref="InvalidInputException">The text is not a plan; the message says which part and why.</exception>
    public static FaultPlan Parse(string text) => FaultPlanParser.Parse(text);

    /// <summary>The text form of the plan, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join(
        ";",
        new[] { "seed=" + Seed.ToString(CultureInfo.InvariantCulture) }.Concat(Rules.Select(rule => rule.ToString())));
}
