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
        Sample[] both = InTurns(turns, first, second);
        return (both[0], both[1]);
    }

    /// <summary>The same of any number of things.</summary>
    public static Sample[] InTurns(int turns, params Func<double>[] things)
    {
        List<double>[] all = Array.ConvertAll(things, _ => new List<double>());
        for (int turn = -1; turn < turns; turn++)
        {
            for (int i = 0; i < things.Length; i++)
            {
                double figure = things[i]();
                if (turn >= 0)
                {
                    all[i].Add(figure);
                }
            }
        }

        return Array.ConvertAll(all, figures => new Sample(figures));
    }

    private double At(double share) => _sorted[(int)Math.Round(share * (_sorted.Length - 1))];
}
