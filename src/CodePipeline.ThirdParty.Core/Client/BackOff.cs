using System;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Exponential back-off: each failure doubles the wait, up to a limit. Half of each wait is jitter, so that workers
/// spread out.
/// </summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    // Prevents an overflow. Every limit in use is reached with fewer doublings.
    private const int MostDoublings = 20;

    private int _failures;

    /// <summary>The number of failures since the last success.</summary>
    public int Failures => _failures;

    /// <summary>Counts a failure, and returns the wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        double wait = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Min(_failures, MostDoublings)));
        _failures++;
        return TimeSpan.FromTicks((long)(wait * (0.5 + (0.5 * random()))));
    }

    public void Reset() => _failures = 0;

    /// <summary>A thread-safe source of random numbers, from 0 (inclusive) to 1 (exclusive).</summary>
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
