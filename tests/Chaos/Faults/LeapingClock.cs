using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>A clock whose time of day can leap, as one that somebody sets does; what has elapsed stays true.</summary>
/// <param name="inner">The clock without leaps; <see langword="null"/> for the system's.</param>
internal sealed class LeapingClock(TimeProvider? inner = null) : TimeProvider
{
    private readonly TimeProvider _inner = inner ?? System;
    private long _off;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow().AddTicks(Volatile.Read(ref _off));

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets the clock on, or back.</summary>
    public void Leap(TimeSpan time) => Interlocked.Add(ref _off, time.Ticks);
}
