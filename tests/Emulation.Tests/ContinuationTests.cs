using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ContinuationTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Success_ContinuationToken_CreatesNextJob()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        await _host.SucceedAsync(job, "step-2");

        EmulatedJob done = _host.JobOf(job);
        Assert.Equal((JobStatus.Succeeded, "step-2"), (done.Status, done.ContinuationTokenOut));
        EmulatedJob next = _host.Emulator.FindJob(done.NextJobId!)!;
        Assert.NotEqual(job.JobId, next.JobId);
        Assert.NotEqual(job.Nonce, next.Nonce);
        Assert.Equal(
            (JobStatus.Created, "step-2", job.JobId), (next.Status, next.ContinuationToken, next.PreviousJobId));
    }

    [Fact]
    public async Task Continuation_NextJob_KeepsClientConfigurationAndArtifacts()
    {
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type)
        {
            Configuration = new Dictionary<string, string> { ["K"] = "V" },
            InputArtifacts = ["In"],
            EncryptionKeyId = "key",
            TimeLimit = TimeSpan.FromMinutes(7),
        });
        await _host.AcknowledgeAsync(job, job.Nonce);
        await _host.SucceedAsync(job, "t");

        EmulatedJob next = _host.Emulator.FindJob(_host.JobOf(job).NextJobId!)!;

        Assert.Equal((job.ClientId, "V", "key"), (next.ClientId, next.Configuration["K"], next.EncryptionKeyId));
        Assert.Equal(
            (job.InputArtifacts[0].ObjectKey, job.TimeLimit), (next.InputArtifacts[0].ObjectKey, next.TimeLimit));
        Assert.Equal(job.ClientToken.Reveal(), next.ClientToken.Reveal());
    }

    [Fact]
    public async Task Continuation_BeforeDelay_IsUnavailable()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        await _host.SucceedAsync(job, "t");
        _host.Clock.Advance(TimeSpan.FromSeconds(29.999));
        Assert.Empty((await _host.PollAsync()).JobIds);

        _host.Clock.Advance(TimeSpan.FromSeconds(0.001));

        Assert.Equal([_host.JobOf(job).NextJobId!], (await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Continuation_NextJob_ReceivesTokenAndCanContinue()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        for (int step = 2; step < 5; step++)
        {
            string token = "step-" + step;
            await _host.SucceedAsync(job, token);
            _host.Clock.Advance(TimeSpan.FromSeconds(30));
            await _host.PollAsync();
            job = _host.Emulator.FindJob(_host.JobOf(job).NextJobId!)!;
            JsonElement details = (await _host.DetailsAsync(job)).Details;
            Assert.Equal(token, details.GetProperty("data").GetProperty("continuationToken").GetString());
            Assert.Equal("InProgress", (await _host.AcknowledgeAsync(job, job.Nonce)).Status);
        }

        Assert.Equal(200, (await _host.SucceedAsync(job)).StatusCode);
        Assert.Equal(4, _host.Emulator.GetJobs().Count);
    }

    [Fact]
    public async Task Continuation_RepeatedToken_CreatesOneJob()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        await _host.SucceedAsync(job, "t");

        Assert.Equal("InvalidJobStateException", (await _host.SucceedAsync(job, "t")).Error);
        Assert.Equal(2, _host.Emulator.GetJobs().Count);
    }
}
