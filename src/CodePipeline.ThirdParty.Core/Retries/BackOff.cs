using System;

namespace CodePipeline.ThirdParty.Retries;

/// <summary>
/// Exponential back-off: each wait doubles, up to a limit. Half of each wait is random, so that workers do not retry
/// together.
/// </summary>
/// <param name="first">The first wait, before jitter.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="random">Returns random numbers, 0 to below 1.</param>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    // Prevents an overflow. Every limit in use is reached earlier.
    private const int MaxDoublings = 20;

    private int _failures;

    /// <summary>The number of failures since the last success.</summary>
    public int Failures => _failures;

    /// <summary>Records a failure and returns the wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        double wait = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Min(_failures, MaxDoublings)));
        _failures++;
        return TimeSpan.FromTicks((long)(wait * (0.5 + (0.5 * random()))));
    }

    /// <summary>Records a success: the next wait is the first one again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Returns a thread-safe source of random numbers, 0 to below 1.</summary>
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
