using System;

namespace CodePipeline.ThirdParty.Display;

/// <summary>
/// Lets progress through now and then: the first at once, then one in each interval. From any thread.
/// </summary>
/// <remarks>Transfers tell of every piece that moves, and each record costs a turn of the pipeline.</remarks>
internal sealed class Throttle(TimeSpan interval, TimeProvider clock)
{
    private readonly object _lock = new();
    private long _last;
    private bool _begun;

    /// <summary>The pace of a transfer's display: five times a second.</summary>
    public static Throttle ForTransfers(TimeProvider clock) => new(TimeSpan.FromMilliseconds(200), clock);

    /// <summary>Whether it is time to show something; the interval begins anew where it is.</summary>
    public bool IsDue()
    {
        lock (_lock)
        {
            if (_begun && clock.GetElapsedTime(_last) < interval)
            {
                return false;
            }

            _begun = true;
            _last = clock.GetTimestamp();
            return true;
        }
    }
}
