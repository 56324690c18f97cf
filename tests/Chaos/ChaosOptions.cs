using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The settings of a chaos run.</summary>
internal sealed record ChaosOptions
{
    public int Jobs { get; init; } = 2000;

    public int Workers { get; init; } = 4;

    public int Seed { get; init; } = 1;

    /// <summary>The share of requests that get a fault, 0 to 1.</summary>
    public double Faults { get; init; } = 0.2;

    /// <summary>The minimum time between two kills of a worker.</summary>
    public TimeSpan KillEvery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The program of the workers.</summary>
    public WorkerKind Kind { get; init; }

    /// <summary>The time limit of the run. Jobs that are open then count as errors.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// Throttling, 500, HTML 503, drops before and after the operation, and slow responses, with equal probability.
    /// </summary>
    public string FaultPlan
    {
        get
        {
            double share = Faults / 6;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"seed={Seed};throttle={share};internal-failure={share};service-unavailable={share};"
                + $"drop-before={share};drop-after={share};slow={share},delay=300ms");
        }
    }
}
