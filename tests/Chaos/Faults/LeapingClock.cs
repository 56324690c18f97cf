using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>A clock whose time of day can be set. Elapsed time is not affected.</summary>
/// <param name="inner">The underlying clock; <see langword="null"/> for the system clock.</param>
internal sealed class LeapingClock(TimeProvider? inner = null) : TimeProvider
{
    private readonly TimeProvider _inner = inner ?? System;
    private long _off;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow().AddTicks(Volatile.Read(ref _off));

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets the time of day forward or back.</summary>
    public void Leap(TimeSpan time) => Interlocked.Add(ref _off, time.Ticks);
}
