using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>The median and quartiles of repeated measurements.</summary>
internal sealed class Sample
{
    private readonly double[] _sorted;

    public Sample(IEnumerable<double> values) => _sorted = values.OrderBy(value => value).ToArray();

    public double Median => At(0.5);

    public double Low => At(0.25);

    public double High => At(0.75);

    /// <summary>The interquartile range relative to the median.</summary>
    public double Spread => (High - Low) / Median;

    public string Show(string unit) => FormattableString.Invariant(
        $"{Median:0.###} {unit} (quartiles {Low:0.###} to {High:0.###}, {_sorted.Length} runs)");

    /// <summary>
    /// Measures programs alternately. Repeats everything, up to five times, while the spread of the first program, the
    /// baseline, is too large because of other load. Returns the attempt with the smallest spread of the baseline.
    /// </summary>
    public static Sample[] InCalmTurns(int turns, params Func<double>[] things)
    {
        const int MaxAttempts = 5;
        const double Calm = 0.12;
        Sample[] calmest = InTurns(turns, things);
        for (int i = 1; i < MaxAttempts && calmest[0].Spread > Calm; i++)
        {
            Sample[] again = InTurns(turns, things);
            calmest = again[0].Spread < calmest[0].Spread ? again : calmest;
        }

        return calmest;
    }

    /// <summary>Measures programs alternately, after one warm-up of each, under the same conditions.</summary>
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
