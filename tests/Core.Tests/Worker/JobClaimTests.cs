using System;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Who has a job, even if the service's response is lost. Two workers never run the same job.</summary>
public sealed class JobClaimTests : IDisposable
{
    private readonly WorkerFixture _worker = new();

    public JobClaimTests()
    {
        _worker.Queue.Add("job-1");
    }

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task Claim_AnotherWorkerHasTheJob_SkipsIt()
    {
        _worker.Queue.OnClaim = (_, _) => Task.FromResult(false);

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(_worker.Queue.Sent);
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Fact]
    public async Task Claim_AnotherWorkerHasTheJob_LeavesNoEntry()
    {
        _worker.Options = _worker.Options with { OpenJournal = _worker.OpenJournal };
        _worker.Queue.OnClaim = (_, _) => Task.FromResult(false);

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(JournalReader.Read(_worker.JournalPath));
    }

    [Fact]
    public async Task Claim_UndecidedAtTheEnd_StaysInTheJournal()
    {
        _worker.Options = _worker.Options with { OpenJournal = _worker.OpenJournal };
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.Unavailable;
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Claims.IsEmpty);
        _worker.Stop();
        await _worker.EndAsync(run);

        Assert.Equal(JournalStage.Claiming, Assert.Single(JournalReader.Read(_worker.JournalPath)).Stage);
    }

    [Fact]
    public async Task Claim_NonceRefusedAtFirstAttempt_SkipsTheJob()
    {
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce();

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Equal((0, 1), (_worker.Handler.Runs + _worker.Queue.Sent.Count, _worker.Queue.Claims.Count));
    }

    [Fact]
    public async Task Claim_ResponseLost_RetriesWithTheSameNonce()
    {
        int opened = 0;
        _worker.Queue.OnOpen = (_, _) => Task.FromResult(opened++);
        _worker.Queue.OnClaim = (_, _) => _worker.Queue.Claims.Count < 4
            ? throw ServiceErrors.Unavailable
            : Task.FromResult(true);

        await RunUntilAsync(WorkerEventKind.JobEnded);

        Assert.Equal((1, 1, 4), (_worker.Handler.Runs, opened, _worker.Queue.Claims.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_LostThenRefusedSameHandOut_FailsTheJob(bool isOfTheConnection)
    {
        Exception lost = isOfTheConnection
            ? new ThirdPartyConnectionException(
                ConnectionFault.Unreachable, "AcknowledgeThirdPartyJob", "https://example/", "reset", 1,
                new System.IO.IOException("reset"), answerLost: true)
            : ServiceErrors.Unavailable;
        _worker.Queue.OnClaim = (_, _) => throw (_worker.Queue.Claims.Count == 1 ? lost : ServiceErrors.InvalidNonce());

        await RunUntilAsync(WorkerEventKind.JobEnded);

        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Fact]
    public async Task Claim_LostThenRefusedOtherHandOut_SkipsTheJob()
    {
        int opened = 0;
        _worker.Queue.Job = ticket => new FakeJob(ticket) { ClaimFingerprint = $"mark-{opened++}" };
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce(responseLost: true);

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(_worker.Queue.Sent);
    }

    [Fact]
    public async Task Claim_LostThenRefusedAfterWindow_SkipsTheJob()
    {
        _worker.Queue.OnClaim = (_, _) =>
        {
            _worker.Clock.Advance(_worker.Options.ClaimWindow);
            throw ServiceErrors.InvalidNonce(responseLost: true);
        };

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(_worker.Queue.Sent);
    }

    [Fact]
    public async Task Claim_DetailsAfterTheWindow_SkipsTheJob()
    {
        _worker.Queue.OnOpen = (_, _) =>
        {
            _worker.Clock.Advance(_worker.Options.ClaimWindow);
            return Task.CompletedTask;
        };

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(_worker.Queue.Claims);
    }

    [Fact]
    public async Task Claim_Throttled_RetriesUntilTheWindowEnds()
    {
        // Only the claim waits for the clock here, so the clock cannot run ahead.
        _worker.Options = _worker.Options with { ClaimWindow = TimeSpan.FromSeconds(20) };
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.Throttling;

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.True(_worker.Queue.Claims.Count > 3);
        Assert.Empty(_worker.Queue.Sent);
    }

    [Theory]
    [InlineData("JobNotFoundException")]
    [InlineData("InvalidClientTokenException")]
    [InlineData("ValidationException")]
    [InlineData("AccessDeniedException")]
    public async Task Claim_JobError_SkipsWithoutRetry(string code)
    {
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.Coded(code);

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Single(_worker.Queue.Claims);
        Assert.Equal(0, _worker.Handler.Runs + _worker.Queue.Sent.Count);
    }

    [Theory]
    [InlineData("JobNotFoundException")]
    [InlineData("InvalidClientTokenException")]
    [InlineData("ValidationException")]
    public async Task Claim_LostThenJobError_SkipsTheJob(string code)
    {
        _worker.Queue.OnClaim = (_, _) => throw (_worker.Queue.Claims.Count == 1
            ? ServiceErrors.Unavailable
            : ServiceErrors.Coded(code));

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Equal(2, _worker.Queue.Claims.Count);
        Assert.Empty(_worker.Queue.Sent);
    }

    [Fact]
    public async Task Claim_LostThenAccessDenied_Retries()
    {
        // The lost claim may have succeeded. Then only this worker can report the job.
        _worker.Queue.OnClaim = (_, _) => _worker.Queue.Claims.Count switch
        {
            1 => throw ServiceErrors.Unavailable,
            2 => throw ServiceErrors.Coded("AccessDeniedException"),
            _ => Task.FromResult(true),
        };

        await RunUntilAsync(WorkerEventKind.JobEnded);

        Assert.Equal((1, 3), (_worker.Handler.Runs, _worker.Queue.Claims.Count));
    }

    [Theory]
    [InlineData("JobNotFoundException")]
    [InlineData("InvalidJobException")]
    public async Task Claim_LostThenRefusedJobEnded_SkipsTheJob(string code)
    {
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce(responseLost: true);
        _worker.Queue.OnOpen = (_, _) => _worker.Queue.Claims.IsEmpty
            ? Task.CompletedTask
            : throw ServiceErrors.Coded(code);

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Empty(_worker.Queue.Sent);
    }

    [Fact]
    public async Task Claim_LostThenRefusedDetailsThrottled_Retries()
    {
        int opened = 0;
        _worker.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce(responseLost: true);
        _worker.Queue.OnOpen = (_, _) => ++opened is 2 or 3 ? throw ServiceErrors.Throttling : Task.CompletedTask;

        await RunUntilAsync(WorkerEventKind.JobEnded);

        Assert.Equal(4, opened);
        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_UndecidedAtTheEnd_Warns(bool isRefused)
    {
        _worker.Queue.OnOpen = (_, _) => _worker.Queue.Claims.IsEmpty
            ? Task.CompletedTask
            : throw ServiceErrors.Unavailable;
        _worker.Queue.OnClaim = (_, _) => throw (isRefused
            ? ServiceErrors.InvalidNonce(responseLost: true)
            : ServiceErrors.Unavailable);
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Claims.IsEmpty);
        _worker.Stop();
        await _worker.EndAsync(run);

        Assert.Contains(
            _worker.Observer.Events,
            each => each.Kind == WorkerEventKind.Warning
                && each.Message.Contains("whether it has claimed job job-1", StringComparison.Ordinal));
        Assert.Empty(_worker.Queue.Sent);
    }

    [Theory]
    [InlineData("JobNotFoundException")]
    [InlineData("AccessDeniedException")]
    public async Task GetDetails_JobError_SkipsWithoutRetry(string code)
    {
        int opened = 0;
        _worker.Queue.OnOpen = (_, _) =>
        {
            opened++;
            throw ServiceErrors.Coded(code);
        };

        await RunUntilAsync(WorkerEventKind.JobSkipped);

        Assert.Equal((1, 0), (opened, _worker.Queue.Claims.Count));
    }

    [Fact]
    public async Task GetDetails_Throttled_Retries()
    {
        int opened = 0;
        _worker.Queue.OnOpen = (_, _) => ++opened < 3 ? throw ServiceErrors.Throttling : Task.CompletedTask;

        await RunUntilAsync(WorkerEventKind.JobEnded);

        Assert.Equal((3, 1), (opened, _worker.Handler.Runs));
    }

    [Fact]
    public async Task Claim_ConfirmedDuringAStop_FailsTheJob()
    {
        var response = new TaskCompletionSource<bool>();
        _worker.Queue.OnClaim = (_, _) => response.Task;
        Task run = await StopDuringTheClaimAsync();
        response.SetResult(true);
        await run.WaitAsync(Until.Patience);

        Assert.Equal(0, _worker.Handler.Runs);
        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
    }

    [Fact]
    public async Task Claim_ThrottledDuringAStop_IsNotRetried()
    {
        // Another worker can claim the job sooner than this one could fail it.
        var response = new TaskCompletionSource<bool>();
        _worker.Queue.OnClaim = (_, _) => response.Task;
        Task run = await StopDuringTheClaimAsync();
        response.SetException(ServiceErrors.Throttling);
        await _worker.EndAsync(run);

        Assert.Single(_worker.Queue.Claims);
        Assert.Empty(_worker.Queue.Sent);
    }

    /// <summary>Returns when the stop has begun and the claim still waits for its response.</summary>
    private async Task<Task> StopDuringTheClaimAsync()
    {
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Claims.IsEmpty);
        _worker.Stop();
        await Until.TrueAsync(
            () => _worker.Observer.Count(WorkerEventKind.Stopping) == 1 && _worker.Clock.PendingTimers > 0);
        return run;
    }

    private async Task RunUntilAsync(WorkerEventKind kind)
    {
        Task run = _worker.Start();
        await _worker.PassUntilAsync(() => _worker.Observer.Count(kind) == 1);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }
}
