using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>What goes wrong in a run, and what stands between the worker and the emulator.</summary>
internal sealed record FaultyRunOptions
{
    /// <summary>How messages call the run.</summary>
    public string Name { get; init; } = "run";

    /// <summary>What the emulator does to requests, as a fault plan's text.</summary>
    public string Plan { get; init; } = string.Empty;

    /// <summary>The jobs; see <see cref="FaultyHandler"/> for what they wish.</summary>
    public IReadOnlyList<string> Wishes { get; init; } = [FaultyHandler.Succeed];

    public int ThrottleLimit { get; init; } = 1;

    /// <summary>How often the SDK tries a call of the service. Its pauses are real.</summary>
    public int CallAttempts { get; init; } = 1;

    /// <summary>How often a request to the store is tried.</summary>
    public int StoreAttempts { get; init; } = 3;

    /// <summary>How long a call may take.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the emulator gives a job from its claim on.</summary>
    public TimeSpan JobTimeLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How far apart the clocks of worker and emulator may be, by which requests are signed and judged.
    /// </summary>
    public TimeSpan AllowedClockSkew { get; init; } = TimeSpan.FromDays(300);

    /// <summary>Whether jobs may fail of other things than their artifacts.</summary>
    public bool MayFailOtherwise { get; init; }

    /// <summary>The journal; <see langword="null"/> for one in the run's own folder.</summary>
    public string? JournalPath { get; init; }

    /// <summary>How the worker works.</summary>
    public Func<WorkerOptions, WorkerOptions> Worker { get; init; } = options => options;

    /// <summary>How the client of the service is made.</summary>
    public Func<ClientSettings, IThirdPartyJobClient>? Client { get; init; }

    /// <summary>How calls of the service are made.</summary>
    public Func<ClientSettings, ClientSettings> Settings { get; init; } = settings => settings;

    /// <summary>How the store is reached.</summary>
    public Func<JobArtifacts, JobArtifacts> Store { get; init; } = job => job;

    /// <summary>The worker's clock; by default one whose pauses are over at once.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Called when a handler has done its work, before it ends.</summary>
    public Action? AtHandlersEnd { get; init; }

    /// <summary>Called for each event of the worker.</summary>
    public Action<WorkerEvent>? Seen { get; init; }
}
