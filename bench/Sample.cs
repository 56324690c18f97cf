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

    /// <summary>How far the quartiles are apart, as a share of the median.</summary>
    public double Spread => (High - Low) / Median;

    public string Show(string unit) => FormattableString.Invariant(
        $"{Median:0.###} {unit} (quartiles {Low:0.###} to {High:0.###}, {_sorted.Length} runs)");

    /// <summary>
    /// Things in turns, and all of it again where the figures of the first, to which the others are compared, lie so
    /// far apart that the machine had other things to do. What counts is the try in which they lay together best.
    /// </summary>
    public static Sample[] InCalmTurns(int turns, params Func<double>[] things)
    {
        const int MostTries = 5;
        const double Calm = 0.12;
        Sample[] calmest = InTurns(turns, things);
        for (int i = 1; i < MostTries && calmest[0].Spread > Calm; i++)
        {
            Sample[] again = InTurns(turns, things);
            calmest = again[0].Spread < calmest[0].Spread ? again : calmest;
        }

        return calmest;
    }

    /// <summary>Things in turns, after one unmeasured go of each, so that all meet the same machine.</summary>
    private static Sample[] InTurns(int turns, params Func<double>[] things)
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
