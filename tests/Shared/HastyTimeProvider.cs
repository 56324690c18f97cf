using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// The system's clock, but pauses are over at once. Time limits, which are longer than pauses, stay what they are.
/// </summary>
/// <param name="longestPause">
/// Below this it is a pause; those between the attempts of a transfer are shorter than 20 seconds.
/// </param>
/// <param name="limit">A time limit that is as short as a pause.</param>
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
