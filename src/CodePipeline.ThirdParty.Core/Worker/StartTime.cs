using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>When something began, and how long ago that is, also where the clock is set meanwhile.</summary>
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

    /// <summary>The time of day.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The time of day from which on what elapses is counted.</summary>
    public DateTimeOffset SeenAt { get; }

    /// <summary>How long ago; never less than zero.</summary>
    public TimeSpan Elapsed => _before + _clock.GetElapsedTime(_seenAt);

    /// <summary>Something that begins now.</summary>
    public static StartTime Now(TimeProvider clock) => FromUtc(clock.GetUtcNow(), clock);

    /// <summary>Something that began in an earlier process, which left nothing but the time of day.</summary>
    public static StartTime FromUtc(DateTimeOffset time, TimeProvider clock) => new(time, clock.GetUtcNow(), clock);
}
