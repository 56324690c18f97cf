using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// The system clock with pauses that end at once. Time limits are longer than pauses and take real time.
/// </summary>
/// <param name="longestPause">
/// The longest pause. Pauses between the attempts of a transfer are shorter than 20 seconds.
/// </param>
/// <param name="limit">A time limit that is as short as a pause, but takes real time.</param>
internal sealed class HastyTimeProvider(TimeSpan? longestPause = null, TimeSpan? limit = null) : TimeProvider
{
    private readonly TimeSpan _longestPause = longestPause ?? TimeSpan.FromSeconds(20);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(
            callback,
            state,
            dueTime < _longestPause && dueTime > TimeSpan.Zero && dueTime != limit
                ? TimeSpan.FromMilliseconds(1)
                : dueTime,
            period);
}
