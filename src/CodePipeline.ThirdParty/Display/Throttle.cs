using System;

namespace CodePipeline.ThirdParty.Display;

/// <summary>Limits progress updates to the first one and then one per interval. Thread-safe.</summary>
/// <remarks>Transfers report every piece, and each record costs a turn of the pipeline thread.</remarks>
internal sealed class Throttle(TimeSpan interval, TimeProvider clock)
{
    private readonly object _lock = new();
    private long _last;
    private bool _begun;

    /// <summary>The throttle of transfer progress: five updates per second.</summary>
    public static Throttle ForTransfers(TimeProvider clock) => new(TimeSpan.FromMilliseconds(200), clock);

    /// <summary>Whether an update is due. Restarts the interval if it is.</summary>
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
