using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Every claimed job gets a result, and the worker delivers every result.</summary>
public sealed class JobResultTests : IDisposable
{
    private readonly WorkerFixture _worker = new();

    public JobResultTests()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { MaxJobs = 1 };
    }

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task Handler_ReturnsSuccess_JobSucceeds()
    {
        Handle((_, _) => Outcome(new SuccessResult { Summary = "All 7 sites are up." }));

        await _worker.RunAsync();

        Assert.Single(_worker.Queue.Successes);
        Assert.Equal((WorkerOutcomes.Succeeded, "All 7 sites are up."), (Result.Outcome, Result.Message));
    }

    [Fact]
    public async Task Handler_Throws_FailsWithTheMessage()
    {
        Handle((_, _) => throw new InvalidOperationException("The disk of the target is full."));

        await _worker.RunAsync();

        Assert.Equal(
            new FailureResult(FailureType.JobFailed, "The disk of the target is full.", null),
            Assert.Single(_worker.Queue.Failures));
        Assert.Equal(
            (WorkerOutcomes.Failed, FailureType.JobFailed, "The disk of the target is full."),
            (Result.Outcome, Result.FailureType, Result.Message));
        Assert.IsType<InvalidOperationException>(
            Assert.Single(_worker.Observer.Of(WorkerEventKind.HandlerEnded)).Error);
    }

    [Fact]
    public async Task Handler_ThrowsWithoutMessage_FailsWithTheTypeName()
    {
        Handle((_, _) => throw new InvalidOperationException(" "));

        await _worker.RunAsync();

        Assert.Contains(
            nameof(InvalidOperationException), Assert.Single(_worker.Queue.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(FakeJob.Configuration))]
    [InlineData(nameof(FakeJob.Artifacts))]
    [InlineData(nameof(FakeJob.Secrets))]
    [InlineData(nameof(FakeJob.ToHandlerJob))]
    public async Task Run_JobMemberThrowsAfterTheClaim_FailsTheJob(string member)
    {
        _worker.Options = _worker.Options with { SecretKeys = new[] { "Project" } };
        _worker.Queue.Job = ticket => new FakeJob(ticket) { Broken = member };
        Handle((_, _) => Outcome(new SuccessResult { Summary = "all well" }));

        await _worker.RunAsync();

        Assert.Equal(WorkerOutcomes.Failed, Result.Outcome);
        Assert.Empty(_worker.Queue.Successes);
        Assert.Single(_worker.Queue.Failures);
    }

    [Fact]
    public async Task Run_ObserverAndListenerThrow_DeliversTheResult()
    {
        using Activity mine = new Activity("mine").Start();
        int told = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkerTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = Break,
            ActivityStopped = Break,
        };
        ActivitySource.AddActivityListener(listener);
        _worker.Observer.Seen = _ => throw new InvalidOperationException("A broken observer.");
        Handle((_, _) => Outcome(new SuccessResult { Summary = "all well" }));

        await _worker.RunAsync();

        Assert.NotEqual(0, told);
        Assert.Equal("all well", Assert.Single(_worker.Queue.Successes).Summary);

        void Break(Activity step)
        {
            // Do not disturb the workers of other tests.
            if (step.RootId == mine.RootId)
            {
                Interlocked.Increment(ref told);
                throw new InvalidOperationException("A broken listener.");
            }
        }
    }

    [Fact]
    public async Task Handler_ThrowsJobFailedException_SetsTypeAndId()
    {
        Handle((_, _) => throw new JobFailedException(FailureType.ConfigurationError, "No such project.", "run-9"));

        await _worker.RunAsync();

        Assert.Equal(
            new FailureResult(FailureType.ConfigurationError, "No such project.", "run-9"),
            Assert.Single(_worker.Queue.Failures));
        Assert.Equal("run-9", Result.ExternalExecutionId);
    }

    [Fact]
    public async Task Handler_CancelsItself_FailsTheJob()
    {
        Handle((_, _) => throw new OperationCanceledException("An inner call was cancelled."));

        await _worker.RunAsync();

        Assert.Contains(
            "though the worker did not cancel it",
            Assert.Single(_worker.Queue.Failures).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_ReturnsContinuation_KeepsItsToken()
    {
        Handle((_, _) => Outcome(new SuccessResult { ContinuationToken = "run-9", Summary = "half" }));

        await _worker.RunAsync();

        Assert.Equal("run-9", Assert.Single(_worker.Queue.Successes).ContinuationToken);
        Assert.Equal(WorkerOutcomes.Continued, Result.Outcome);
    }

    [Fact]
    public async Task ContinuationToken_TooLong_FailsTheJob()
    {
        Handle((_, _) => Outcome(new SuccessResult { ContinuationToken = new string('x', 2049) }));

        await _worker.RunAsync();

        Assert.Contains("2049 characters", Assert.Single(_worker.Queue.Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcome_OverLimits_IsTruncatedWithWarnings()
    {
        Handle((_, _) => Outcome(new SuccessResult
        {
            Summary = new string('s', 3000),
            PercentComplete = 101,
            ExternalExecutionId = new string('e', 1501),
            Revision = new JobRevision(string.Empty, "id", null, null),
        }));

        await _worker.RunAsync();

        SuccessResult sent = Assert.Single(_worker.Queue.Successes);
        Assert.Equal(
            (2048, (int?)null, (string?)null, (JobRevision?)null),
            (sent.Summary!.Length, sent.PercentComplete, sent.ExternalExecutionId, sent.Revision));
        Assert.Equal(4, _worker.Observer.Count(WorkerEventKind.Warning));
    }

    [Fact]
    public async Task Secrets_InMessages_AreMaskedInResultsAndEvents()
    {
        _worker.Options = _worker.Options with { SecretKeys = new[] { "Pin" } };
        _worker.Queue.Job = ticket => new FakeJob(ticket)
        {
            Secrets = new[] { new Secret("client-token-77") },
            Configuration = new JobConfiguration(new System.Collections.Generic.Dictionary<string, string>
            {
                ["Password"] = "p@ss word",
                ["Pin"] = "471147",
                ["Project"] = "visible",
            }),
        };
        Handle((_, _) => throw new InvalidOperationException(
            "Login p@ss word p%40ss%20word client-token-77 471147 visible " + new string('x', 4960)
            + "client-token-77"));

        await _worker.RunAsync();

        string message = Assert.Single(_worker.Queue.Failures).Message;
        Assert.StartsWith("Login *** *** *** *** visible ", message, StringComparison.Ordinal);
        Assert.True(message.Length <= 5000);
        string all = string.Join(
            "\n", _worker.Observer.Events.Select(each => $"{each.Message} {each.Error} {each.Result?.Message}"));
        Assert.All(
            new[] { "p@ss word", "p%40ss%20word", "client-token-77", "client-tok…", "471147" },
            secret => Assert.DoesNotContain(secret, all + message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task JobTimeout_Reached_CancelsHandlerAndFailsJob()
    {
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromMinutes(5) };
        bool cancelled = false;
        Handle(async (_, stop) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                cancelled = true;
            }

            return null;
        });

        await RunPastJobTimeoutAsync();

        Assert.True(cancelled);
        Assert.Equal(
            new FailureResult(FailureType.JobFailed, "The handler did not end within 00:05:00.", null),
            Assert.Single(_worker.Queue.Failures));
    }

    [Fact]
    public async Task JobTimeout_HandlerReturnsNull_FailsTheJob()
    {
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromMinutes(5) };
        Handle(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return null;
        });

        await RunPastJobTimeoutAsync();

        Assert.Empty(_worker.Queue.Successes);
        Assert.Equal(WorkerOutcomes.Failed, Result.Outcome);
    }

    [Fact]
    public async Task JobTimeout_HandlerReturnsContinuation_IsKept()
    {
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromMinutes(5) };
        Handle(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = "later" });
        });

        await RunPastJobTimeoutAsync();

        Assert.Equal(WorkerOutcomes.Continued, Result.Outcome);
    }

    [Fact]
    public async Task StuckHandler_KeepsItsSlotUntilItEnds()
    {
        _worker.Queue.Add("job-2");
        _worker.Options = _worker.Options with { MaxJobs = 2, JobTimeout = TimeSpan.FromMinutes(5) };
        using var never = new SemaphoreSlim(0);
        Handle((job, _) =>
        {
            if (job.JobId == "job-1")
            {
                never.Wait(CancellationToken.None);
                throw new InvalidOperationException("Ignored.");
            }

            return Outcome(new SuccessResult());
        });
        Task run = _worker.Start();

        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        await _worker.PassUntilAsync(() => _worker.Observer.Results.Count == 1, TimeSpan.FromSeconds(1));
        Assert.Equal(("job-1", WorkerOutcomes.Failed), (Result.JobId, Result.Outcome));
        Assert.Equal(1, _worker.Observer.Count(WorkerEventKind.HandlerLeftBehind));
        await Until.TrueAsync(() => _worker.Clock.PendingTimers == 1);
        _worker.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(new[] { "job-1" }, _worker.Queue.Claims);
        never.Release();
        await run.WaitAsync(Until.Patience);

        Assert.Equal(
            new[] { ("job-1", WorkerOutcomes.Failed), ("job-2", WorkerOutcomes.Succeeded) },
            _worker.Observer.Results.Select(result => (result.JobId, result.Outcome)).Order());
    }

    [Fact]
    public async Task StuckHandler_InEverySlot_EndsTheWorker()
    {
        foreach (string id in new[] { "job-2", "job-3" })
        {
            _worker.Queue.Add(id);
        }

        _worker.Options = _worker.Options with
        {
            MaxJobs = 3, ThrottleLimit = 2, JobTimeout = TimeSpan.FromMinutes(5),
        };
        var never = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        Handle((_, _) => never.Task);
        Task run = _worker.Start();

        await Until.TrueAsync(() => _worker.Handler.Runs == 2);
        await _worker.PassUntilAsync(() => _worker.Observer.Results.Count == 2, TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _worker.Clock.PendingTimers == 1);
        _worker.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(run.IsCompleted);

        var stuck = await Assert.ThrowsAsync<HandlersStuckException>(() => _worker.EndAsync(run));

        Assert.StartsWith("The worker takes no more jobs: 2 handlers", stuck.Message, StringComparison.Ordinal);
        Assert.Equal(new[] { "job-1", "job-2" }, _worker.Queue.Claims.Order());
    }

    [Fact]
    public async Task StuckHandler_OtherSlots_RunOtherJobs()
    {
        foreach (string id in new[] { "job-2", "job-3", "job-4" })
        {
            _worker.Queue.Add(id);
        }

        _worker.Options = _worker.Options with
        {
            MaxJobs = null, ThrottleLimit = 2, JobTimeout = TimeSpan.FromMinutes(5),
            IdleTimeout = TimeSpan.FromMinutes(10),
        };
        var never = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        Handle((job, _) => job.JobId == "job-1" ? never.Task : Outcome(new SuccessResult()));
        Task run = _worker.Start();

        // Wait before advancing the clock, which would also time out the other jobs.
        await Until.TrueAsync(() => _worker.Queue.Successes.Count() == 3);
        await _worker.EndAsync(run, TimeSpan.FromSeconds(1));

        Assert.Equal(3, _worker.Queue.Successes.Count());
        Assert.Single(_worker.Queue.Failures);
        Assert.All(
            _worker.Queue.Polls.Skip(1),
            poll => Assert.Equal(1, poll.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CancelledHandler_DoesNotEnd_KillsItsProcesses(bool isStopped)
    {
        // The system clock, because a manual clock could pass the grace period before the killing thread runs.
        TimeSpan soon = TimeSpan.FromMilliseconds(50);
        _worker.Options = _worker.Options with { JobTimeout = isStopped ? null : soon, StopTimeout = soon };
        var killed = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        _worker.Handler = new FakeProcessHandler((_, _) => killed.Task, jobId =>
        {
            Assert.Equal("job-1", jobId);
            killed.SetException(new OperationCanceledException());
        });
        Task run = _worker.Start(TimeProvider.System);
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        if (isStopped)
        {
            _worker.Stop();
        }

        await run.WaitAsync(Until.Patience);

        Assert.Equal(0, _worker.Observer.Count(WorkerEventKind.HandlerLeftBehind));
        Assert.Single(_worker.Queue.Failures);
    }

    [Fact]
    public async Task Stop_HandlerEndsWithinStopTimeout_JobSucceeds()
    {
        var done = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        bool sawCancel = false;
        Handle((_, stop) =>
        {
            stop.Register(() => sawCancel = true);
            return done.Task;
        });
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        _worker.Stop();
        await Until.TrueAsync(() => _worker.Observer.Count(WorkerEventKind.Stopping) == 1);
        _worker.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(sawCancel);
        done.SetResult(null);
        await run.WaitAsync(Until.Patience);

        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Stop_StopTimeoutReached_CancelsHandlerAndFailsJob()
    {
        _worker.Options = _worker.Options with
        {
            JobTimeout = TimeSpan.FromDays(1), StopTimeout = TimeSpan.FromSeconds(30),
        };
        Handle(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        });
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        _worker.Stop();
        await _worker.EndAsync(run, TimeSpan.FromSeconds(5));

        Assert.Equal(
            new FailureResult(
                FailureType.SystemUnavailable,
                "The worker was stopped, and the handler did not end within 00:00:30.",
                null),
            Assert.Single(_worker.Queue.Failures));
    }

    [Fact]
    public async Task Stop_FiftyStuckHandlers_AreReportedInTime()
    {
        for (int i = 2; i <= 50; i++)
        {
            _worker.Queue.Add($"job-{i}");
        }

        _worker.Options = _worker.Options with { MaxJobs = null, ThrottleLimit = 50 };
        Handle((_, stop) => new TaskCompletionSource<ThirdPartyJobOutcome?>().Task);
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 50);
        _worker.Stop();

        // First the timer of the stop, then the timer of the final calls and the grace period of each handler.
        await Until.TrueAsync(
            () => _worker.Observer.Count(WorkerEventKind.Stopping) == 1 && _worker.Clock.PendingTimers == 1);
        _worker.Clock.Advance(_worker.Options.StopTimeout);
        await Until.TrueAsync(() => _worker.Clock.PendingTimers == 51);
        _worker.Clock.Advance(TimeLimitedTask.GracePeriod);
        await run.WaitAsync(Until.Patience);

        Assert.True(TimeLimitedTask.GracePeriod < TimeSpan.FromSeconds(5));
        Assert.True(ShutdownCoordinator.FinalCallsTimeout < TimeSpan.FromSeconds(5));
        Assert.Equal(50, _worker.Queue.Failures.Count(failure => failure.Type == FailureType.SystemUnavailable));
    }

    [Fact]
    public async Task Result_Throttled_RetriesUntilAccepted()
    {
        _worker.Queue.OnResult = (_, _, before, _) => before < 20 ? throw ServiceErrors.Throttling : Task.CompletedTask;

        await _worker.EndAsync(_worker.Start(), TimeSpan.FromSeconds(5));

        Assert.Equal(21, _worker.Queue.Sent.Count);
        Assert.Equal(20, _worker.Observer.Count(WorkerEventKind.ResultDelayed));
        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Result_LostThenInvalidState_CountsAsDelivered()
    {
        _worker.Queue.OnResult = (_, _, before, _) =>
            throw (before == 0 ? ServiceErrors.Unavailable : (Exception)ServiceErrors.InvalidState());

        await _worker.EndAsync(_worker.Start());

        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Result_LostTwiceThenInvalidState_CountsAsDelivered()
    {
        _worker.Queue.OnResult = (_, _, before, _) =>
            throw (before < 2 ? ServiceErrors.Unavailable : (Exception)ServiceErrors.InvalidState());

        await _worker.EndAsync(_worker.Start());

        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Result_UnexpectedResponse_IsSentAgain()
    {
        _worker.Queue.OnResult = (_, _, before, _) => before < 3 ? throw ServiceErrors.Foreign : Task.CompletedTask;

        await _worker.EndAsync(_worker.Start(), TimeSpan.FromSeconds(5));

        Assert.Equal(4, _worker.Queue.Sent.Count);
        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Result_UnexpectedThenInvalidState_IsAbandoned()
    {
        _worker.Queue.OnResult = (_, _, before, _) =>
            throw (before == 0 ? ServiceErrors.Foreign : (Exception)ServiceErrors.InvalidState());

        await _worker.EndAsync(_worker.Start());

        Assert.Equal(WorkerOutcomes.Abandoned, Result.Outcome);
    }

    [Fact]
    public async Task Result_InvalidStateAtFirstAttempt_IsAbandoned()
    {
        _worker.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.InvalidState();

        await _worker.RunAsync();

        Assert.Equal(WorkerOutcomes.Abandoned, Result.Outcome);
    }

    [Fact]
    public async Task Result_ThrottledThenInvalidState_IsAbandoned()
    {
        _worker.Queue.OnResult = (_, _, before, _) =>
            throw (before == 0 ? ServiceErrors.Throttling : (Exception)ServiceErrors.InvalidState());

        await _worker.EndAsync(_worker.Start());

        Assert.Equal(WorkerOutcomes.Abandoned, Result.Outcome);
    }

    [Fact]
    public async Task Result_Refused_IsSentWithoutOptionalMembers()
    {
        Handle((_, _) => Outcome(new SuccessResult { Summary = "odd" }));
        _worker.Queue.OnResult = (_, _, before, _) => before == 0
            ? throw new ValidationException(ServiceErrors.Of("ValidationException"))
            : Task.CompletedTask;

        await _worker.RunAsync();

        Assert.Equal(new[] { "odd", null }, _worker.Queue.Successes.Select(result => result.Summary));
        Assert.Contains(
            _worker.Observer.Of(WorkerEventKind.Warning),
            each => each.Message.Contains("without its optional members", StringComparison.Ordinal));
        Assert.Equal(WorkerOutcomes.Succeeded, Result.Outcome);
    }

    [Fact]
    public async Task Result_RefusedContinuation_KeepsItsToken()
    {
        Handle((_, _) => Outcome(new SuccessResult { Summary = "odd", ContinuationToken = "on" }));
        _worker.Queue.OnResult = (_, _, before, _) => before == 0
            ? throw new ValidationException(ServiceErrors.Of("ValidationException"))
            : Task.CompletedTask;

        await _worker.RunAsync();

        Assert.Equal(new[] { "on", "on" }, _worker.Queue.Successes.Select(result => result.ContinuationToken));
        Assert.Equal(WorkerOutcomes.Continued, Result.Outcome);
    }

    [Fact]
    public async Task Result_RefusedTwice_IsAbandoned()
    {
        _worker.Queue.OnResult = (_, _, _, _) => throw new ValidationException(ServiceErrors.Of("ValidationException"));

        await _worker.RunAsync();

        Assert.Equal((2, WorkerOutcomes.Abandoned), (_worker.Queue.Sent.Count, Result.Outcome));
        Assert.Contains(
            _worker.Observer.Of(WorkerEventKind.Warning),
            each => each.Message.Contains("did not accept the result", StringComparison.Ordinal));
        Assert.Equal("The service says ValidationException.", Result.Message);
        Assert.Equal(Result.Message, Assert.Single(_worker.Observer.Of(WorkerEventKind.JobEnded)).Message);
    }

    [Fact]
    public async Task Result_FailsUntilTheEnd_IsUndelivered()
    {
        _worker.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.Unavailable;
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Observer.Count(WorkerEventKind.ResultDelayed) > 0);
        _worker.Stop();
        DateTimeOffset stopped = _worker.Clock.GetUtcNow();
        await _worker.EndAsync(run);

        Assert.Equal(WorkerOutcomes.Undelivered, Result.Outcome);
        Assert.True(_worker.Clock.GetUtcNow() - stopped >= _worker.Options.StopTimeout);
    }

    [Fact]
    public async Task Result_CallNeverReturns_IsUndelivered()
    {
        _worker.Queue.OnResult = (_, _, _, stop) => Task.Delay(Timeout.Infinite, stop);
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Sent.IsEmpty);
        _worker.Stop();
        await _worker.EndAsync(run);

        Assert.Equal(WorkerOutcomes.Undelivered, Result.Outcome);
    }

    private JobReport Result => _worker.Observer.Results.Single(result => result.JobId == "job-1");

    private static Task<ThirdPartyJobOutcome?> Outcome(SuccessResult result) =>
        Task.FromResult<ThirdPartyJobOutcome?>(ThirdPartyJobOutcome.From(result));

    /// <summary>Advances the clock to the job's time limit, but not into the grace period.</summary>
    private async Task RunPastJobTimeoutAsync()
    {
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1 && _worker.Clock.PendingTimers == 1);
        _worker.Clock.Advance(_worker.Options.JobTimeout!.Value);
        await run.WaitAsync(Until.Patience);
    }

    private void Handle(Func<ThirdPartyJob, CancellationToken, Task<ThirdPartyJobOutcome?>> handle) =>
        _worker.Handler = new FakeHandler(handle);
}
