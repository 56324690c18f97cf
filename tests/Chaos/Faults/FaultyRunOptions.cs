using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>The faults of a run, and the settings of worker, clients and emulator.</summary>
internal sealed record FaultyRunOptions
{
    /// <summary>The name of the run in messages.</summary>
    public string Name { get; init; } = "run";

    /// <summary>The text of the emulator's fault plan.</summary>
    public string Plan { get; init; } = string.Empty;

    /// <summary>The intended outcome of each job; see <see cref="FaultyHandler"/>.</summary>
    public IReadOnlyList<string> Wishes { get; init; } = [FaultyHandler.Succeed];

    public int ThrottleLimit { get; init; } = 1;

    /// <summary>The number of attempts of a service request. The pauses of the SDK take real time.</summary>
    public int CallAttempts { get; init; } = 1;

    /// <summary>The number of attempts of an S3 request.</summary>
    public int StoreAttempts { get; init; } = 3;

    /// <summary>The time limit of a request.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The emulator's time limit for a job, from its acknowledgement.</summary>
    public TimeSpan JobTimeLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How much the clocks of worker and emulator may differ before signatures become invalid.
    /// </summary>
    public TimeSpan AllowedClockSkew { get; init; } = TimeSpan.FromDays(300);

    /// <summary>Whether jobs may fail for other reasons than their artifacts.</summary>
    public bool MayFailOtherwise { get; init; }

    /// <summary>The journal; <see langword="null"/> for one in the run's own folder.</summary>
    public string? JournalPath { get; init; }

    /// <summary>Changes the options of the worker.</summary>
    public Func<WorkerOptions, WorkerOptions> Worker { get; init; } = options => options;

    /// <summary>Creates the service client; <see langword="null"/> for the default.</summary>
    public Func<ClientSettings, IThirdPartyJobClient>? Client { get; init; }

    /// <summary>Changes the settings of the clients.</summary>
    public Func<ClientSettings, ClientSettings> Settings { get; init; } = settings => settings;

    /// <summary>Changes the artifact access of a job.</summary>
    public Func<JobArtifacts, JobArtifacts> Store { get; init; } = job => job;

    /// <summary>The worker's clock. With the default clock, pauses end at once.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Called after a handler has finished its work, before it returns.</summary>
    public Action? AtHandlersEnd { get; init; }

    /// <summary>Called for each event of the worker.</summary>
    public Action<WorkerEvent>? Seen { get; init; }
}
