using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// A clock that jumps ahead during a pause: the pause ends at once, and the clock shows its end.
/// </summary>
/// <param name="longestPause">The longest pause. Longer timers are time limits and take real time.</param>
/// <param name="limit">A time limit that is as short as a pause, but takes real time.</param>
internal sealed class HurryingClock(TimeSpan longestPause, TimeSpan? limit = null) : TimeProvider
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    private long _ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    public override long GetTimestamp() =>
        System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Volatile.Read(ref _ahead);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        dueTime <= TimeSpan.Zero || dueTime > longestPause || dueTime == limit
            ? base.CreateTimer(callback, state, dueTime, period)
            : base.CreateTimer(
                passed =>
                {
                    Interlocked.Add(ref _ahead, dueTime.Ticks);
                    callback(passed);
                },
                state,
                s_moment,
                period);
}
