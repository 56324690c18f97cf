using System;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>How long a worker is watched, and how busy it is.</summary>
internal sealed record SoakOptions
{
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The share of the time at the beginning that is not looked at.</summary>
    public double WarmUp { get; init; } = 0.2;

    public int JobsPerSecond { get; init; } = 20;

    public WorkerKind Kind { get; init; }

    /// <summary>By how much memory, handles and threads may be higher at the end than after warm-up.</summary>
    public double Tolerance { get; init; } = 0.1;
}
