using System;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class AcknowledgeTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Acknowledge_CurrentNonce_StartsJob()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();

        EmulatorResponse response = await _host.AcknowledgeAsync(job, (await _host.DetailsAsync(job)).Nonce);

        Assert.Equal("""{"status":"InProgress"}""", response.Text);
        Assert.Equal(_host.Clock.GetUtcNow(), _host.JobOf(job).AcknowledgedAt);
    }

    [Fact]
    public async Task Acknowledge_WrongNonce_ReturnsInvalidNonce()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();

        EmulatorResponse response = await _host.AcknowledgeAsync(job, "0");

        Assert.Equal((400, "InvalidNonceException"), (response.StatusCode, response.Error));
        Assert.Equal(JobStatus.Dispatched, _host.JobOf(job).Status);
    }

    [Fact]
    public async Task Acknowledge_WrongTokenAndNonce_ReturnsInvalidClientToken()
    {
        EmulatedJob job = _host.AddJob();

        EmulatorResponse response = await _host.CallAsync(
            EmulatorHost.Acknowledge, new { jobId = job.JobId, nonce = "0", clientToken = "no" });

        Assert.Equal("InvalidClientTokenException", response.Error);
    }

    [Fact]
    public async Task Acknowledge_UnknownJob_ReturnsJobNotFound()
    {
        EmulatorResponse response = await _host.CallAsync(
            EmulatorHost.Acknowledge, new { jobId = "x", nonce = "0", clientToken = "no" });

        Assert.Equal("JobNotFoundException", response.Error);
    }

    [Fact]
    public async Task Acknowledge_NonceOfEarlierPoll_ReturnsInvalidNonce()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();
        string early = (await _host.DetailsAsync(job)).Nonce;
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        await _host.PollAsync();

        Assert.Equal("InvalidNonceException", (await _host.AcknowledgeAsync(job, early)).Error);
        Assert.Equal("InProgress", (await _host.AcknowledgeAsync(job, (await _host.DetailsAsync(job)).Nonce)).Status);
        Assert.Equal("InvalidNonceException", (await _host.AcknowledgeAsync(job, early)).Error);
    }

    [Fact]
    public async Task Acknowledge_ExpiredLeaseBeforeNextPoll_ClaimsJob()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();
        string nonce = (await _host.DetailsAsync(job)).Nonce;
        _host.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("InProgress", (await _host.AcknowledgeAsync(job, nonce)).Status);
        Assert.Empty((await _host.PollAsync()).JobIds);
    }

    [Fact]
    public async Task Acknowledge_Repeated_KeepsTimeLimit()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        _host.Clock.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal("InProgress", (await _host.AcknowledgeAsync(job, job.Nonce)).Status);

        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(JobStatus.TimedOut, _host.JobOf(job).Status);
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("TimedOut")]
    public async Task Acknowledge_FinishedJob_ReturnsStatus(string status)
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Task act = status switch
        {
            "Succeeded" => _host.SucceedAsync(job),
            "Failed" => _host.FailAsync(job),
            _ => Task.Run(() => _host.Clock.Advance(TimeSpan.FromHours(1))),
        };
        await act;

        Assert.Equal(status, (await _host.AcknowledgeAsync(job, job.Nonce)).Status);
    }
}
