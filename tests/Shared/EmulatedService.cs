using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>An emulator for one test, with client settings.</summary>
internal sealed class EmulatedService : IDisposable
{
    private readonly bool _hasOwnTime;

    public EmulatedService(EmulatorOptions? options = null)
    {
        Emulator = ThirdPartyEmulator.Start(options ?? new EmulatorOptions());
        _hasOwnTime = options is not null && options.Clock != TimeProvider.System;
    }

    public static ActionTypeId Type { get; } = new("Test", "ThirdParty", "Contoso", "1");

    public ThirdPartyEmulator Emulator { get; }

    /// <summary>Client settings with one attempt. A test that needs retries changes them.</summary>
    public ClientSettings Settings => new()
    {
        Region = Emulator.Region,

        EndpointUrl = Url,
        EmulatorUrl = Url,
        AccessKey = Emulator.AccessKeyId,
        SecretKey = Emulator.SecretAccessKey,
        MaxAttempts = 1,
    };

    // The SDK caches the clock skew by endpoint, and a later test may get the same port.
    private string Url =>
        _hasOwnTime ? $"http://localhost:{Emulator.Endpoint.Port}/" : Emulator.Endpoint.AbsoluteUri;

    public EmulatedJob AddJob(string? clientId = null) =>
        Emulator.AddJob(new EmulatedJobRequest(Type) { ClientId = clientId });

    /// <summary>Adds a job, polls for it and claims it.</summary>
    public async Task<EmulatedJob> AddClaimedJobAsync()
    {
        using var client = new ThirdPartyJobClient(Settings);
        EmulatedJob job = AddJob();
        await client.PollForThirdPartyJobsAsync(Type, maxBatchSize: 1, CallOptions.Quiet, CancellationToken.None);
        await client.AcknowledgeThirdPartyJobAsync(
            job.JobId, JobOf(job).Nonce, job.ClientToken, CallOptions.Quiet, CancellationToken.None);
        return JobOf(job);
    }

    public EmulatedJob JobOf(EmulatedJob job) => Emulator.FindJob(job.JobId)!;

    public void Order(string plan) => Emulator.OrderFaults(FaultPlan.Parse(plan));

    public void Dispose() => Emulator.Dispose();
}
