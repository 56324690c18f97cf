using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A start time whose elapsed time stays correct when the system clock is set.</summary>
internal readonly struct StartTime
{
    private readonly TimeProvider _clock;
    private readonly long _seenAt;
    private readonly TimeSpan _before;

    private StartTime(DateTimeOffset time, DateTimeOffset now, TimeProvider clock)
    {
        Time = time;
        SeenAt = now;
        _clock = clock;
        _seenAt = clock.GetTimestamp();
        _before = now > time ? now - time : TimeSpan.Zero;
    }

    /// <summary>The start, by the system clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>When this value was created, by the system clock. A monotonic clock measures from here.</summary>
    public DateTimeOffset SeenAt { get; }

    /// <summary>The time since the start; zero or more.</summary>
    public TimeSpan Elapsed => _before + _clock.GetElapsedTime(_seenAt);

    /// <summary>A start at the present time.</summary>
    public static StartTime Now(TimeProvider clock) => FromUtc(clock.GetUtcNow(), clock);

    /// <summary>A start in an earlier process. Its distance from now depends on the system clock.</summary>
    public static StartTime FromUtc(DateTimeOffset time, TimeProvider clock) => new(time, clock.GetUtcNow(), clock);
}
