using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>What was measured, by its median and its quartiles.</summary>
internal sealed class Sample
{
    private readonly double[] _sorted;

    public Sample(IEnumerable<double> values) => _sorted = values.OrderBy(value => value).ToArray();

    public double Median => At(0.5);

    public double Low => At(0.25);

    public double High => At(0.75);

    public string Show(string unit) => FormattableString.Invariant(
        $"{Median:0.###} {unit} (quartiles {Low:0.###} to {High:0.###}, {_sorted.Length} runs)");

    /// <summary>Two things in turns, after one unmeasured go of each, so that both meet the same machine.</summary>
    public static (Sample First, Sample Second) InTurns(Func<double> first, Func<double> second, int turns = 11)
    {
        var firsts = new List<double>();
        var seconds = new List<double>();
        for (int i = -1; i < turns; i++)
        {
            (double one, double two) = (first(), second());
            if (i >= 0)
            {
                firsts.Add(one);
                seconds.Add(two);
            }
        }

        return (new Sample(firsts), new Sample(seconds));
    }

    private double At(double share) => _sorted[(int)Math.Round(share * (_sorted.Length - 1))];
}
