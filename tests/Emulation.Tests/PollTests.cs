using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class PollTests : IDisposable
{
    private readonly EmulatorHost _host = new(clock => new EmulatorOptions
    {
        Clock = clock,
        MaxBatchSize = 3,
        LeaseTime = TimeSpan.FromSeconds(30),
        ActionTypes = [EmulatorHost.Type],
    });

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Poll_WithoutJobs_ReturnsEmptyList() => Assert.Empty((await _host.PollAsync()).JobIds);

    [Fact]
    public async Task Poll_UnknownActionType_ReturnsActionTypeNotFound()
    {
        EmulatorResponse response = await _host.PollAsync(type: new ActionTypeId("Test", "ThirdParty", "Contoso", "2"));

        Assert.Equal((400, "ActionTypeNotFoundException"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task Poll_ActionTypeOfAddedJob_ReturnsJob()
    {
        ActionTypeId type = new("Build", "ThirdParty", "Fabrikam", "9");
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(type));

        Assert.Equal([job.JobId], (await _host.PollAsync(type: type)).JobIds);
    }

    [Fact]
    public async Task Poll_OneActionType_SkipsOtherJobs()
    {
        _host.Emulator.AddJob(new EmulatedJobRequest(new ActionTypeId("Test", "ThirdParty", "Fabrikam", "1")));

        Assert.Empty((await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Poll_Response_HasClientIdWithoutToken()
    {
        EmulatedJob job = _host.AddJob();

        EmulatorResponse response = await _host.PollAsync();

        JsonElement polled = Assert.Single(response.Json.GetProperty("jobs").EnumerateArray());
        Assert.Equal(job.ClientId, polled.GetProperty("clientId").GetString());
        Assert.DoesNotContain(job.ClientToken.Reveal(), response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_MaxBatchSize_ReturnsOldestFirst()
    {
        List<string> ids = [.. Enumerable.Range(0, 5).Select(_ => _host.AddJob().JobId)];

        Assert.Equal(ids.Take(2), (await _host.PollAsync(2)).JobIds);
        Assert.Equal(ids.Skip(2), (await _host.PollAsync(100)).JobIds);
    }

    [Fact]
    public async Task Poll_WithoutMaxBatchSize_UsesDefault()
    {
        for (int i = 0; i < 4; i++)
        {
            _host.AddJob();
        }

        Assert.Equal(3, (await _host.PollAsync()).JobIds.Count);
    }

    [Fact]
    public async Task Poll_QueuedJob_BecomesDispatched()
    {
        EmulatedJob job = _host.AddJob();
        Assert.Equal(JobStatus.Queued, job.Status);

        await _host.PollAsync();

        EmulatedJob polled = _host.JobOf(job);
        Assert.Equal((JobStatus.Dispatched, 1), (polled.Status, polled.HandOutCount));
        Assert.Equal(_host.Clock.GetUtcNow(), polled.DispatchedAt);
    }

    [Fact]
    public async Task Poll_DuringLease_SkipsJob()
    {
        _host.AddJob();
        await _host.PollAsync();
        _host.Clock.Advance(TimeSpan.FromSeconds(29.999));

        Assert.Empty((await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Poll_ExpiredLease_ReturnsJobAgain()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();
        _host.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(JobStatus.Queued, _host.JobOf(job).Status);
        Assert.Equal([job.JobId], (await _host.PollAsync()).JobIds);
        Assert.Equal(2, _host.JobOf(job).HandOutCount);
    }

    [Fact]
    public async Task Poll_ClaimedJobAfterLease_SkipsJob()
    {
        await _host.ClaimNewJobAsync();
        _host.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Empty((await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Poll_ExpiredLease_ReturnsOlderJobFirst()
    {
        EmulatedJob first = _host.AddJob();
        await _host.PollAsync();
        EmulatedJob second = _host.AddJob();
        _host.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([first.JobId, second.JobId], (await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Poll_DelayedJob_ReturnsJobAfterDelay()
    {
        EmulatedJob job = _host.Emulator.AddJob(
            new EmulatedJobRequest(EmulatorHost.Type) { Delay = TimeSpan.FromSeconds(10) });
        Assert.Equal(JobStatus.Created, job.Status);
        _host.Clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Empty((await _host.PollAsync()).JobIds);
        Assert.Equal("JobNotFoundException", (await _host.DetailsAsync(job)).Error);

        _host.Clock.Advance(TimeSpan.FromSeconds(0.001));

        Assert.Equal([job.JobId], (await _host.PollAsync()).JobIds);
    }
}
