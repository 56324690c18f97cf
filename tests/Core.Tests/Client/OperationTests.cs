using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>The five operations and their modelled errors, against the emulator.</summary>
public sealed class OperationTests : IDisposable
{
    private readonly EmulatedService _service = new();
    private readonly ThirdPartyJobClient _client;

    public OperationTests() => _client = new ThirdPartyJobClient(_service.Settings);

    public void Dispose()
    {
        _client.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task Poll_BatchSize_LimitsJobs()
    {
        EmulatedJob[] jobs = { _service.AddJob("client-a"), _service.AddJob("client-b"), _service.AddJob() };

        IReadOnlyList<PolledJob> polled = await PollAsync(2);

        Assert.Equal(jobs.Take(2).Select(job => new PolledJob(job.JobId, job.ClientId)), polled);
    }

    [Fact]
    public async Task Poll_WithoutJobs_IsEmpty()
    {
        _service.AddJob();
        await PollAsync(10);

        Assert.Empty(await PollAsync(null));
    }

    [Fact]
    public async Task Details_ReturnsAllMembers()
    {
        EmulatedJob job = _service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type)
        {
            Configuration = new Dictionary<string, string> { ["Name"] = "web" },
            PipelineName = "p", StageName = "s", ActionName = "a",
            InputArtifacts = new[] { "in" }, OutputArtifacts = new[] { "out" },
            EncryptionKeyId = "key", ContinuationToken = "go on",
        });

        JobDetailsResponse details = await DetailsAsync(job);

        Assert.Equal(
            (job.JobId, job.Nonce, "p", "s", "a", "go on", "key"),
            (details.Id, details.Nonce, details.PipelineName, details.StageName, details.ActionName,
                details.ContinuationToken, details.EncryptionKey!.Id));
        Assert.Equal(EmulatedService.Type, details.ActionType);
        Assert.Equal("web", details.Configuration["Name"]);
        Assert.Equal(("in", "S3"), (details.InputArtifacts[0].Name, details.InputArtifacts[0].LocationType));
        Assert.Equal("out", Assert.Single(details.OutputArtifacts).Name);
        Assert.NotNull(details.ArtifactCredentials);
    }

    [Fact]
    public async Task Acknowledge_ClaimsTheJob()
    {
        EmulatedJob job = _service.AddJob();
        await PollAsync(1);

        string status = await AcknowledgeAsync(job, _service.JobOf(job).Nonce);

        Assert.Equal((JobStatus.InProgress, JobStatus.InProgress), (status, _service.JobOf(job).Status));
    }

    [Fact]
    public async Task Success_AllMembers_ReachService()
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();
        var created = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        await SucceedAsync(job, new SuccessResult
        {
            Summary = "done é", ExternalExecutionId = "7", PercentComplete = 100,
            Revision = new JobRevision("r", "c", created, "what"),
        });

        EmulatedJob done = _service.JobOf(job);
        Assert.Equal(
            (JobStatus.Succeeded, "done é", "7", 100),
            (done.Status, done.Summary, done.ExternalExecutionId, done.PercentComplete));
        Assert.Equal(
            ("r", "c", created, "what"),
            (done.Revision, done.RevisionChangeIdentifier, done.RevisionCreated, done.RevisionSummary));
    }

    [Fact]
    public async Task Success_ContinuationToken_CreatesNextJob()
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();

        await SucceedAsync(job, new SuccessResult { ContinuationToken = "step 2" });

        Assert.Equal("step 2", _service.Emulator.FindJob(_service.JobOf(job).NextJobId!)!.ContinuationToken);
    }

    [Fact]
    public async Task Failure_AllMembers_ReachService()
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();

        await _client.PutThirdPartyJobFailureResultAsync(
            job.JobId, job.ClientToken, new FailureResult(FailureType.PermissionError, "no", "7"), CallOptions.Quiet,
            default);

        EmulatedJob failed = _service.JobOf(job);
        Assert.Equal(
            (JobStatus.Failed, "PermissionError", "no", "7"),
            (failed.Status, failed.FailureType, failed.FailureMessage, failed.ExternalExecutionId));
    }

    [Fact]
    public async Task Poll_UnknownActionType_Throws() =>
        await RefusedAsync<ActionTypeNotFoundException>("PollForThirdPartyJobs", () => PollAsync(1));

    [Fact]
    public async Task Details_UnknownJob_Throws() => await RefusedAsync<JobNotFoundException>(
        "GetThirdPartyJobDetails",
        () => _client.GetThirdPartyJobDetailsAsync("none", new Secret("token-of-none"), CallOptions.Quiet, default));

    [Fact]
    public async Task Details_WrongToken_Throws()
    {
        EmulatedJob job = _service.AddJob();

        await RefusedAsync<InvalidClientTokenException>(
            "GetThirdPartyJobDetails",
            () => _client.GetThirdPartyJobDetailsAsync(job.JobId, new Secret("another-token"), CallOptions.Quiet,
                default));
    }

    [Fact]
    public async Task Details_EndedJob_Throws()
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();
        await SucceedAsync(job, new SuccessResult());

        await RefusedAsync<InvalidJobException>("GetThirdPartyJobDetails", () => DetailsAsync(job));
    }

    [Fact]
    public async Task Acknowledge_WrongNonce_Throws()
    {
        EmulatedJob job = _service.AddJob();
        await PollAsync(1);

        await RefusedAsync<InvalidNonceException>("AcknowledgeThirdPartyJob", () => AcknowledgeAsync(job, "nonsense"));
    }

    [Fact]
    public async Task Success_UnclaimedJob_Throws()
    {
        EmulatedJob job = _service.AddJob();

        InvalidJobStateException error = await RefusedAsync<InvalidJobStateException>(
            "PutThirdPartyJobSuccessResult", () => SucceedAsync(job, new SuccessResult()));

        Assert.False(error.Error.ResponseLost);
    }

    [Fact]
    public async Task Call_InputOverLimit_SendsNothing()
    {
        await Assert.ThrowsAsync<InvalidInputException>(() => _client.AcknowledgeThirdPartyJobAsync(
            "job", new string('9', 51), new Secret("token"), CallOptions.Quiet, default));

        Assert.Empty(_service.Emulator.GetRequests());
    }

    [Fact]
    public async Task Wire_ShowsRedactedRequestsAndResponses()
    {
        EmulatedJob job = _service.AddJob();
        var wire = new List<string>();

        JobDetailsResponse details = await _client.GetThirdPartyJobDetailsAsync(
            job.JobId, job.ClientToken, new CallOptions { Wire = wire.Add }, default);

        Assert.Equal(2, wire.Count);
        Assert.StartsWith("GetThirdPartyJobDetails, attempt 1, to " + _service.Emulator.Endpoint, wire[0],
            StringComparison.Ordinal);
        Assert.Contains(job.JobId, wire[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "GetThirdPartyJobDetails returned HTTP 200, request id " + LastRequestId(), wire[1],
            StringComparison.Ordinal);
        string all = string.Join("\n", wire);
        Assert.DoesNotContain(job.ClientToken.Reveal(), all, StringComparison.Ordinal);
        Assert.DoesNotContain(details.ArtifactCredentials!.SecretAccessKey.Reveal(), all, StringComparison.Ordinal);
        Assert.DoesNotContain(details.ArtifactCredentials.SessionToken.Reveal(), all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wire_Error_ShowsRequestId()
    {
        var wire = new List<string>();

        await Assert.ThrowsAsync<JobNotFoundException>(() => _client.GetThirdPartyJobDetailsAsync(
            "none", new Secret("token-of-none"), new CallOptions { Wire = wire.Add }, default));

        Assert.Equal(
            $"GetThirdPartyJobDetails returned HTTP 400 JobNotFoundException, request id {LastRequestId()}", wire[^1]);
    }

    [Fact]
    public async Task Client_ParallelCalls_AllSucceed()
    {
        EmulatedJob[] jobs = Enumerable.Range(0, 40).Select(_ => _service.AddJob()).ToArray();

        JobDetailsResponse[] details = await Task.WhenAll(jobs.Select(DetailsAsync));

        Assert.Equal(jobs.Select(job => job.JobId), details.Select(each => each.Id));
    }

    private Task<IReadOnlyList<PolledJob>> PollAsync(int? count) =>
        _client.PollForThirdPartyJobsAsync(EmulatedService.Type, count, CallOptions.Quiet, CancellationToken.None);

    private Task<JobDetailsResponse> DetailsAsync(EmulatedJob job) =>
        _client.GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken, CallOptions.Quiet, CancellationToken.None);

    private Task<string> AcknowledgeAsync(EmulatedJob job, string nonce) =>
        _client.AcknowledgeThirdPartyJobAsync(job.JobId, nonce, job.ClientToken, CallOptions.Quiet,
            CancellationToken.None);

    private Task SucceedAsync(EmulatedJob job, SuccessResult result) =>
        _client.PutThirdPartyJobSuccessResultAsync(job.JobId, job.ClientToken, result, CallOptions.Quiet,
            CancellationToken.None);

    private string LastRequestId() => _service.Emulator.GetRequests()[^1].RequestId;

    private async Task<T> RefusedAsync<T>(string operation, Func<Task> call)
        where T : ThirdPartyServiceException
    {
        T error = await Assert.ThrowsAsync<T>(call);

        // A modelled error with HTTP 400 takes one attempt, and has the request id for AWS Support.
        Assert.Equal(
            (operation, typeof(T).Name, 400, 1, LastRequestId()),
            (error.Error.Operation, error.Error.Code, error.Error.StatusCode, error.Error.Attempts,
                error.Error.RequestId));
        Assert.NotEmpty(error.Message);
        return error;
    }
}
