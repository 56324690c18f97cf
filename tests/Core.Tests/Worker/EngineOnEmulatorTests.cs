using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The engine with the real client and the emulator.</summary>
public sealed class EngineOnEmulatorTests : IDisposable
{
    // Long enough for a claim on a busy machine. A lost hand-out is repeated only after its lease.
    private static readonly TimeSpan s_claimWindow = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_mostTime = TimeSpan.FromMinutes(5);

    private readonly EmulatedService _service = new(new EmulatorOptions
    {
        RecordRequests = false,
        LeaseTime = s_claimWindow + TimeSpan.FromSeconds(1),
    });
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Run_TwentyJobs_RunsAndReportsEachOnce()
    {
        EmulatedJob[] jobs = Enumerable.Range(0, 20).Select(_ => _service.AddJob()).ToArray();
        var seen = new ConcurrentBag<string>();

        await RunAsync(new FakeHandler((job, _) =>
        {
            seen.Add(job.JobId);
            Assert.Equal(JobStatus.InProgress, job.Status);
            return Done("as it should");
        }), new WorkerOptions { MaxJobs = jobs.Length, ThrottleLimit = 4, ClaimWindow = s_claimWindow });

        Assert.Equal(jobs.Select(job => job.JobId).Order(), seen.Order());
        Assert.All(jobs, job => Assert.Equal(
            (JobStatus.Succeeded, "as it should", 1),
            (_service.JobOf(job).Status, _service.JobOf(job).Summary!, _service.JobOf(job).ResultCount)));
        Assert.All(_observer.Results, result => Assert.Equal(WorkerOutcomes.Succeeded, result.Outcome));
    }

    [Fact]
    public async Task Run_OneCallInFiveFails_EachJobGetsOneResult()
    {
        const int Jobs = 200;
        EmulatedJob[] jobs = Enumerable.Range(0, Jobs).Select(_ => _service.AddJob()).ToArray();
        _service.Order(
            "seed=7;throttle=0.04;internal-failure=0.04;service-unavailable=0.04;drop-before=0.04;drop-after=0.04");
        var runs = new ConcurrentDictionary<string, int>();
        var handler = new FakeHandler((job, _) =>
        {
            runs.AddOrUpdate(job.JobId, 1, (_, count) => count + 1);
            return Done("done");
        });

        // The run ends by itself: the worker claims every job, those with a lost hand-out after their lease.
        await RunAsync(
            handler,
            new WorkerOptions
            {
                ThrottleLimit = 32,
                MaxJobs = Jobs,
                PollInterval = TimeSpan.FromMilliseconds(20),
                ClaimWindow = s_claimWindow,
            },
            _service.Settings with { MaxAttempts = 3 });

        Assert.Equal(jobs.Select(job => job.JobId).Order(), _observer.Results.Select(result => result.JobId).Order());
        Assert.All(_observer.Results, result => Assert.Equal(WorkerOutcomes.Succeeded, result.Outcome));
        Assert.All(jobs, job => Assert.Equal(JobStatus.Succeeded, _service.JobOf(job).Status));
        Assert.All(jobs, job => Assert.Equal(1, runs[job.JobId]));
    }

    [Fact]
    public async Task Run_Transfers_ReportsNotesOfTheJob()
    {
        EmulatedJob job = _service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type)
        {
            InputArtifacts = ["In"],
            OutputArtifacts = ["Out"],
        });
        EmulatedArtifact input = job.InputArtifacts[0];
        _service.Emulator.PutObject(input.BucketName, input.ObjectKey, new MemoryStream([1, 2, 3]));
        _service.Order("service-unavailable=1@GetObject,limit=1");
        var wire = new ConcurrentQueue<string>();

        await RunAsync(
            new FakeHandler((started, _) =>
            {
                File.WriteAllText(((ThirdPartyWorkerJob)started).OutputPath["Out"], "built");
                return Done("fine");
            }),
            new WorkerOptions { MaxJobs = 1 },
            _service.Settings with { MaxAttempts = 3 },
            new ArtifactMover(TimeProvider.System),
            new CallOptions { Wire = wire.Enqueue });

        WorkerEvent[] notes = _observer.Of(WorkerEventKind.Note).Where(note => note.Job?.JobId == job.JobId).ToArray();
        Assert.Contains(notes, note => note.Message.StartsWith("Downloading artifact 'In'", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Message.Contains("Retrying GetObject of artifact"));
        Assert.Contains(notes, note => note.Message.StartsWith("Uploading file", StringComparison.Ordinal));
        Assert.Contains(wire, text => text.Contains($"GetObject of artifact 'In' of job {job.JobId}, attempt 2"));
    }

    [Fact]
    public async Task Run_UploadLeavesParts_WarnsForTheJob()
    {
        EmulatedJob job = _service.Emulator.AddJob(
            new EmulatedJobRequest(EmulatedService.Type) { OutputArtifacts = ["Out"] });
        _service.Order("access-denied=1@UploadPart;access-denied=1@AbortMultipartUpload");

        await RunAsync(
            new FakeHandler((started, _) =>
            {
                using FileStream file = File.Create(((ThirdPartyWorkerJob)started).OutputPath["Out"]);
                file.SetLength(20 << 20);
                return Done("fine");
            }),
            new WorkerOptions { MaxJobs = 1 },
            artifacts: new ArtifactMover(TimeProvider.System));

        Assert.Contains(_observer.Of(WorkerEventKind.Warning), warning =>
            warning.Job?.JobId == job.JobId && warning.Message.Contains("could not be deleted"));
    }

    private static Task<ThirdPartyJobOutcome?> Done(string summary) =>
        Task.FromResult<ThirdPartyJobOutcome?>(ThirdPartyJobOutcome.From(new SuccessResult { Summary = summary }));

    private Task RunAsync(
        IJobHandler handler,
        WorkerOptions options,
        ClientSettings? settings = null,
        IArtifactMover? artifacts = null,
        CallOptions? call = null)
    {
        var tokens = new TokenMapSource(
            new Dictionary<string, Secret>(
                _service.Emulator.GetClients().ToDictionary(pair => pair.Key, pair => pair.Value)),
            "the test");
        var session = new ThirdPartySession(name: null, settings ?? _service.Settings, tokens);
        var engine = new WorkerEngine(
            options with { ActionTypes = new[] { EmulatedService.Type } },
            new ThirdPartyJobQueue(session, options: call),
            handler,
            artifacts,
            _observer);
        return engine.RunAsync(CancellationToken.None).WaitAsync(s_mostTime);
    }
}
