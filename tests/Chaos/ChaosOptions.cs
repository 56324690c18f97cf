using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>How wild it gets.</summary>
internal sealed record ChaosOptions
{
    public int Jobs { get; init; } = 2000;

    public int Workers { get; init; } = 4;

    public int Seed { get; init; } = 1;

    /// <summary>The share of calls that are broken.</summary>
    public double Faults { get; init; } = 0.2;

    /// <summary>How often at most one of the workers is killed.</summary>
    public TimeSpan KillEvery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether the workers are the cmdlet in pwsh, in the place of the engine in .NET.</summary>
    public WorkerKind Kind { get; init; }

    /// <summary>When it is given up, with what is known until then.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Throttling, 500, HTML 503, dropped before and after taking effect, slow: in equal shares.</summary>
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
