using System;

namespace CodePipeline.ThirdParty.Retries;

/// <summary>
/// Waits that double with each failure up to a limit; half of each is jitter, so that workers drift apart.
/// </summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    // Doubling further would only overflow; no limit in use is that far from its first wait.
    private const int MostDoublings = 20;

    private int _failures;

    /// <summary>How often it failed since the last success.</summary>
    public int Failures => _failures;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        double wait = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Min(_failures, MostDoublings)));
        _failures++;
        return TimeSpan.FromTicks((long)(wait * (0.5 + (0.5 * random()))));
    }

    public void Reset() => _failures = 0;

    /// <summary>Chance for any thread, 0 to below 1.</summary>
    public static Func<double> Chance()
    {
#if NET
        return Random.Shared.NextDouble;
#else
        var random = new Random();
        return () =>
        {
            lock (random)
            {
                return random.NextDouble();
            }
        };
#endif
    }
}
