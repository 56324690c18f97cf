using System;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ResultTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Success_AllMembers_AreStored()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        EmulatorResponse response = await _host.CallAsync(EmulatorHost.Success, new
        {
            jobId = job.JobId,
            clientToken = job.ClientToken.Reveal(),
            currentRevision =
                new { revision = "r1", changeIdentifier = "c1", created = 1_893_456_000.25, revisionSummary = "s1" },
            executionDetails = new { summary = "done", externalExecutionId = "e1", percentComplete = 100 },
        });

        Assert.Equal((200, string.Empty), (response.StatusCode, response.Text));
        EmulatedJob done = _host.JobOf(job);
        Assert.Equal(JobStatus.Succeeded, done.Status);
        Assert.Equal(("r1", "c1", "s1"), (done.Revision, done.RevisionChangeIdentifier, done.RevisionSummary));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, 250, TimeSpan.Zero), done.RevisionCreated);
        Assert.Equal(("done", "e1", 100), (done.Summary, done.ExternalExecutionId, done.PercentComplete));
        Assert.Equal((_host.Clock.GetUtcNow(), 1), (done.FinishedAt, done.ResultCount));
        Assert.Null(done.NextJobId);
    }

    [Fact]
    public async Task Failure_AllMembers_AreStored()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        EmulatorResponse response = await _host.CallAsync(EmulatorHost.Failure, new
        {
            jobId = job.JobId,
            clientToken = job.ClientToken.Reveal(),
            failureDetails = new { type = "PermissionError", message = "no right", externalExecutionId = "e2" },
        });

        Assert.Equal((200, string.Empty), (response.StatusCode, response.Text));
        EmulatedJob done = _host.JobOf(job);
        Assert.Equal(JobStatus.Failed, done.Status);
        Assert.Equal(
            ("PermissionError", "no right", "e2"), (done.FailureType, done.FailureMessage, done.ExternalExecutionId));
    }

    [Fact]
    public async Task Result_UnacknowledgedJob_ReturnsInvalidJobState()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();

        Assert.Equal("InvalidJobStateException", (await _host.SucceedAsync(job)).Error);
        Assert.Equal("InvalidJobStateException", (await _host.FailAsync(job)).Error);
        Assert.Equal(JobStatus.Dispatched, _host.JobOf(job).Status);
    }

    [Fact]
    public async Task Result_SecondResult_ReturnsInvalidJobState()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        await _host.SucceedAsync(job);

        EmulatorResponse response = await _host.FailAsync(job);

        Assert.Equal((400, "InvalidJobStateException"), (response.StatusCode, response.Error));
        EmulatedJob done = _host.JobOf(job);
        Assert.Equal((JobStatus.Succeeded, 2, 1), (done.Status, done.ResultCount, done.AcceptedResultCount));
        Assert.Null(done.FailureType);
    }

    [Theory]
    [InlineData(EmulatorHost.Success)]
    [InlineData(EmulatorHost.Failure)]
    public async Task Result_WrongToken_IsNotCounted(string operation)
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        EmulatorResponse response = await _host.CallAsync(
            operation,
            new { jobId = job.JobId, clientToken = "no", failureDetails = new { type = "JobFailed", message = "m" } });

        Assert.Equal("InvalidClientTokenException", response.Error);
        Assert.Equal((JobStatus.InProgress, 0), (_host.JobOf(job).Status, _host.JobOf(job).ResultCount));
    }

    [Theory]
    [InlineData(EmulatorHost.Success)]
    [InlineData(EmulatorHost.Failure)]
    public async Task Result_UnknownJob_ReturnsJobNotFound(string operation)
    {
        EmulatorResponse response = await _host.CallAsync(
            operation,
            new { jobId = "x", clientToken = "no", failureDetails = new { type = "JobFailed", message = "m" } });

        Assert.Equal("JobNotFoundException", response.Error);
    }

    [Fact]
    public async Task Result_BeforeTimeLimit_IsAccepted()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        _host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));

        Assert.Equal(200, (await _host.SucceedAsync(job)).StatusCode);
    }

    [Fact]
    public async Task Result_AtTimeLimit_ReturnsInvalidJobState()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        _host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal("InvalidJobStateException", (await _host.SucceedAsync(job)).Error);
        EmulatedJob over = _host.JobOf(job);
        Assert.Equal((JobStatus.TimedOut, job.AcknowledgedAt + TimeSpan.FromHours(1)), (over.Status, over.FinishedAt));
    }

    [Fact]
    public async Task TimeLimit_OfJob_OverridesEmulator()
    {
        EmulatedJob job = _host.Emulator.AddJob(
            new EmulatedJobRequest(EmulatorHost.Type) { TimeLimit = TimeSpan.FromSeconds(5) });
        await _host.AcknowledgeAsync(job, job.Nonce);

        _host.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(JobStatus.TimedOut, _host.JobOf(job).Status);
    }

    [Fact]
    public async Task TimeLimit_UnacknowledgedJob_DoesNotStart()
    {
        EmulatedJob job = _host.AddJob();
        await _host.PollAsync();

        _host.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(JobStatus.Queued, _host.JobOf(job).Status);
    }
}
