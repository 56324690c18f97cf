using System;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The settings of a soak run.</summary>
internal sealed record SoakOptions
{
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The share of the duration that is warm-up and not measured.</summary>
    public double WarmUp { get; init; } = 0.2;

    public int JobsPerSecond { get; init; } = 20;

    public WorkerKind Kind { get; init; }

    /// <summary>The allowed growth of memory, handles and threads after the warm-up.</summary>
    public double Tolerance { get; init; } = 0.1;
}
