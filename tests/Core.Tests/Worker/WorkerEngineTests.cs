using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>When the engine polls, what it claims, and when it ends.</summary>
public sealed class WorkerEngineTests : IDisposable
{
    private readonly WorkerFixture _worker = new();

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task Poll_BatchSize_IsLimitedBySlotsAndMaxJobs()
    {
        for (int i = 0; i < 5; i++)
        {
            _worker.Queue.Add($"job-{i}");
        }

        _worker.Options = _worker.Options with { ThrottleLimit = 3, MaxJobs = 5 };
        var gate = new SemaphoreSlim(0);
        _worker.Handler = new FakeHandler(async (_, _) =>
        {
            await gate.WaitAsync(CancellationToken.None);
            return null;
        });
        Task run = _worker.Start();

        await Until.TrueAsync(() => _worker.Handler.Runs == 3);
        Assert.Equal(new[] { 3 }, _worker.Queue.Polls.Select(poll => poll.Count));
        gate.Release();
        await _worker.PassUntilAsync(() => _worker.Handler.Runs == 4);
        Assert.Equal(new[] { 3, 1 }, _worker.Queue.Polls.Select(poll => poll.Count));
        gate.Release(10);
        await run.WaitAsync(Until.Patience);

        Assert.Equal(5, _worker.Observer.Results.Count);
        Assert.DoesNotContain(_worker.Queue.Polls, poll => poll.Count is 0 or > 3);
    }

    [Fact]
    public async Task Poll_AfterAFullBatch_DoesNotWait()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { PollInterval = TimeSpan.FromSeconds(10) };
        Task run = _worker.Start();

        await Until.TrueAsync(() => _worker.Queue.Polls.Count == 2 && _worker.Clock.PendingTimers > 0);
        _worker.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(2, _worker.Queue.Polls.Count);
        await _worker.PassUntilAsync(() => _worker.Queue.Polls.Count == 3);

        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }

    [Fact]
    public async Task Poll_WhileBatchesAreFull_GathersFreeSlots()
    {
        for (int i = 0; i < 20; i++)
        {
            _worker.Queue.Add($"job-{i}");
        }

        _worker.Options = _worker.Options with { ThrottleLimit = 8 };
        using var gate = new SemaphoreSlim(0);
        _worker.Handler = new FakeHandler(async (_, _) =>
        {
            await gate.WaitAsync(CancellationToken.None);
            return null;
        });
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 8);

        // Fewer than half of the slots are free: the worker polls after 5 ms.
        gate.Release(2);
        await Until.TrueAsync(() => _worker.Queue.Sent.Count == 2 && _worker.Clock.PendingTimers == 1);
        Assert.Equal(new[] { 8 }, _worker.Queue.Polls.Select(poll => poll.Count));
        _worker.Clock.Advance(TimeSpan.FromMilliseconds(5));
        await Until.TrueAsync(() => _worker.Handler.Runs == 10);
        Assert.Equal(new[] { 8, 2 }, _worker.Queue.Polls.Select(poll => poll.Count));

        // Half of the slots are free: the worker polls immediately.
        gate.Release(4);
        await Until.TrueAsync(() => _worker.Handler.Runs == 14);
        Assert.Equal(14, _worker.Queue.Polls.Sum(poll => poll.Count));

        gate.Release(100);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }

    [Fact]
    public async Task Poll_AfterAnEmptyBatch_DoesNotGatherSlots()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { ThrottleLimit = 8, PollInterval = TimeSpan.FromSeconds(1) };
        using var gate = new SemaphoreSlim(0);
        _worker.Handler = new FakeHandler(async (_, _) =>
        {
            await gate.WaitAsync(CancellationToken.None);
            return null;
        });
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1 && _worker.Clock.PendingTimers > 0);
        for (int i = 2; i <= 8; i++)
        {
            _worker.Queue.Add($"job-{i}");
        }

        // This batch is full, so the next free slot waits for others.
        _worker.Clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _worker.Handler.Runs == 8);
        Assert.Equal(new[] { 8, 7 }, _worker.Queue.Polls.Select(poll => poll.Count));
        gate.Release(1);
        await _worker.PassUntilAsync(() => _worker.Queue.Polls.Count == 3, TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _worker.Queue.Polls.Last().Count);

        // That poll returned no jobs: the next one is due after the interval, for the one free slot.
        await Until.TrueAsync(() => _worker.Clock.PendingTimers > 0);
        _worker.Queue.Add("job-9");
        _worker.Clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _worker.Handler.Runs == 9);

        gate.Release(100);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }

    [Fact]
    public async Task Poll_SeveralActionTypes_TakesTurns()
    {
        var other = new ActionTypeId("Deploy", "ThirdParty", "Contoso", "1");
        _worker.Options = _worker.Options with { ActionTypes = new[] { FakeQueue.Type, other }, MaxJobs = 4 };
        for (int i = 0; i < 10; i++)
        {
            _worker.Queue.Add($"test-{i}");
        }

        _worker.Queue.Add("deploy-1", other);
        _worker.Queue.Add("deploy-2", other);

        await _worker.RunAsync();

        Assert.Equal(
            new[] { "deploy-1", "deploy-2", "test-0", "test-1" },
            _worker.Observer.Results.Select(result => result.JobId).Order());
    }

    [Fact]
    public async Task Poll_RepeatedFailures_BacksOffUntilSuccess()
    {
        _worker.Queue.OnPoll = (_, _) => throw ServiceErrors.Throttling;
        Task run = _worker.Start();

        await _worker.PassUntilAsync(() => _worker.Observer.Count(WorkerEventKind.PollFailed) >= 8);
        DateTimeOffset[] times = _worker.Observer.Of(WorkerEventKind.PollFailed).Select(each => each.Time).ToArray();
        double[] waits = times.Zip(times.Skip(1), (one, next) => (next - one).TotalSeconds).ToArray();
        Assert.All(waits.Zip(waits.Skip(1), (one, next) => next - one), more => Assert.True(more >= -0.5));
        Assert.InRange(waits[0], 0.5, 1.2);
        Assert.InRange(waits.Last(), 15, 31);

        _worker.Queue.OnPoll = null;
        await _worker.PassUntilAsync(() => _worker.Observer.Count(WorkerEventKind.Polled) >= 3);
        times = _worker.Observer.Of(WorkerEventKind.Polled).Select(each => each.Time).ToArray();
        Assert.InRange((times[2] - times[1]).TotalSeconds, 0.5, 1.6);

        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }

    [Fact]
    public async Task Poll_FirstFailsPermanently_EndsWithTheError()
    {
        _worker.Queue.OnPoll = (_, _) =>
            throw new ActionTypeNotFoundException(ServiceErrors.Of("ActionTypeNotFoundException"));

        await Assert.ThrowsAsync<ActionTypeNotFoundException>(() => _worker.RunAsync());
    }

    [Fact]
    public async Task Poll_SecondTypeFailsPermanently_FinishesRunningJobs()
    {
        var other = new ActionTypeId("Deploy", "ThirdParty", "Contoso", "1");
        _worker.Options = _worker.Options with { ActionTypes = new[] { FakeQueue.Type, other }, ThrottleLimit = 2 };
        _worker.Queue.Add("job-1");
        var done = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        _worker.Handler = new FakeHandler((_, _) => done.Task);
        var refused = new TaskCompletionSource<bool>();
        _worker.Queue.OnPoll = async (type, _) =>
        {
            if (type.Equals(other))
            {
                await refused.Task;
                throw new ActionTypeNotFoundException(ServiceErrors.Of("ActionTypeNotFoundException"));
            }
        };
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        refused.SetResult(true);
        await Until.TrueAsync(() => _worker.Clock.PendingTimers == 0);
        _worker.Clock.Advance(TimeSpan.FromMinutes(10));
        done.SetResult(null);

        await Assert.ThrowsAsync<ActionTypeNotFoundException>(() => run.WaitAsync(Until.Patience));
        Assert.Single(_worker.Queue.Successes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_AllPollsFail_EndsWithTheLastError(bool isIdle)
    {
        _worker.Options = isIdle
            ? _worker.Options with { IdleTimeout = TimeSpan.FromMinutes(1) }
            : _worker.Options with { Timeout = TimeSpan.FromMinutes(1) };
        _worker.Queue.OnPoll = (_, _) => throw ServiceErrors.Throttling;

        await Assert.ThrowsAsync<ThrottlingException>(() => _worker.EndAsync(_worker.Start()));

        Assert.True(_worker.Queue.Polls.Count > 2);
    }

    [Fact]
    public async Task Stop_AfterFailedPolls_EndsWithoutError()
    {
        _worker.Queue.OnPoll = (_, _) => throw ServiceErrors.Throttling;
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Polls.IsEmpty);
        _worker.Stop();

        await run.WaitAsync(Until.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_UnusableWorkDirectory_EndsBeforeTheFirstPoll(bool isGiven)
    {
        System.IO.File.WriteAllText(_worker.WorkPath, "a file where a folder is to be");
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { MaxJobs = 1, WorkDirectory = isGiven ? _worker.WorkPath : null };

        Task run = _worker.RunAsync();

        if (isGiven)
        {
            WorkDirectoryException error = await Assert.ThrowsAsync<WorkDirectoryException>(() => run);
            Assert.StartsWith(
                $"The work directory '{_worker.WorkPath}' cannot be used: ", error.Message, StringComparison.Ordinal);
            Assert.Empty(_worker.Queue.Polls);
        }
        else
        {
            await run;
        }
    }

    [Fact]
    public async Task Poll_LaterFailsPermanently_Retries()
    {
        int polls = 0;
        _worker.Queue.OnPoll = (_, _) => Interlocked.Increment(ref polls) == 2
            ? throw new AccessDeniedException(ServiceErrors.Of("AccessDeniedException"))
            : Task.CompletedTask;
        Task run = _worker.Start();

        await _worker.PassUntilAsync(() => _worker.Observer.Count(WorkerEventKind.Polled) >= 2);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);

        Assert.Equal(1, _worker.Observer.Count(WorkerEventKind.PollFailed));
    }

    [Fact]
    public async Task Run_OneJobWithoutToken_SkipsOnlyThatJob()
    {
        _worker.Queue.Add("bad");
        _worker.Queue.Add("good");
        _worker.Options = _worker.Options with { ThrottleLimit = 2, MaxJobs = 1 };
        _worker.Queue.OnOpen = (ticket, _) => ticket.JobId == "bad"
            ? throw new ClientTokenNotFoundException(ticket.JobId, ticket.ClientId, new[] { "the test" })
            : Task.CompletedTask;

        await _worker.RunAsync();

        Assert.Equal(new[] { "good" }, _worker.Observer.Results.Select(result => result.JobId));
        Assert.Equal("bad", Assert.Single(_worker.Observer.Of(WorkerEventKind.JobSkipped)).Job!.JobId);
        Assert.Equal(new[] { "good" }, _worker.Queue.Claims);
    }

    [Fact]
    public async Task Run_SkippedJobHandedOutAgain_ClaimsIt()
    {
        _worker.Queue.Add("job-1");
        _worker.Queue.OnClaim = (_, _) => Task.FromResult(_worker.Queue.Claims.Count > 1);
        Task run = _worker.Start();

        // The worker releases the job some time after it reports the skip.
        int handedOut = 1;
        await _worker.PassUntilAsync(() =>
        {
            if (_worker.Observer.Count(WorkerEventKind.JobSkipped) == handedOut)
            {
                handedOut++;
                _worker.Queue.Add("job-1");
            }

            return _worker.Observer.Count(WorkerEventKind.JobEnded) == 1;
        });
        _worker.Stop();
        await run.WaitAsync(Until.Patience);

        Assert.Equal((1, 2), (_worker.Handler.Runs, _worker.Queue.Claims.Count));
    }

    [Fact]
    public async Task Report_OneJob_ReportsEachStepOnceInOrder()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { MaxJobs = 1 };

        await _worker.RunAsync();

        WorkerEventKind[] told = [.. _worker.Observer.Events.Select(each => each.Kind)];
        Assert.Equal(
            [
                WorkerEventKind.Started, WorkerEventKind.Polled, WorkerEventKind.JobClaimed,
                WorkerEventKind.HandlerStarted, WorkerEventKind.HandlerEnded, WorkerEventKind.JobEnded,
                WorkerEventKind.Stopped,
            ],
            told.Where(kind => kind != WorkerEventKind.Stopping));
        Assert.Single(told, WorkerEventKind.Stopping);
        Assert.Contains(FakeQueue.Type.ToString(), _worker.Observer.Events[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_DuringAPoll_ReportsNoPollFailure()
    {
        _worker.Queue.OnPoll = (_, stop) => Task.Delay(Timeout.Infinite, stop);
        Task run = _worker.Start();
        await Until.TrueAsync(() => !_worker.Queue.Polls.IsEmpty);

        _worker.Stop();
        await run.WaitAsync(Until.Patience);

        Assert.Equal(0, _worker.Observer.Count(WorkerEventKind.PollFailed));
        Assert.Equal(0, _worker.Observer.Count(WorkerEventKind.Polled));
    }

    public static TheoryData<string, object> UnusableOptions() => new()
    {
        { "ActionType", new WorkerOptions() },
        { "ThrottleLimit", Usable with { ThrottleLimit = 0 } },
        { "MaxJobs", Usable with { MaxJobs = 0 } },
        { "PollInterval", Usable with { PollInterval = TimeSpan.FromTicks(-1) } },
        { "StopTimeout", Usable with { StopTimeout = TimeSpan.FromTicks(-1) } },
        { "IdleTimeout", Usable with { IdleTimeout = TimeSpan.FromTicks(-1) } },
        { "Timeout", Usable with { Timeout = TimeSpan.Zero } },
        { "JobTimeout", Usable with { JobTimeout = TimeSpan.Zero } },
        { "ClaimWindow", Usable with { ClaimWindow = TimeSpan.Zero } },
        { "PollInterval", Usable with { PollInterval = TimeSpan.FromDays(40) + TimeSpan.FromTicks(1) } },
    };

    private static WorkerOptions Usable { get; } = new() { ActionTypes = new[] { FakeQueue.Type } };

    [Theory]
    [MemberData(nameof(UnusableOptions))]
    public void Check_OptionOutOfRange_NamesTheOption(string name, object options)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(((WorkerOptions)options).Check);

        Assert.Equal(name, error.InputName);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public void Check_OptionsAtTheirLimits_AreAccepted()
    {
        TimeSpan longest = TimeSpan.FromDays(40);

        (Usable with
        {
            ThrottleLimit = 1,
            MaxJobs = 1,
            PollInterval = TimeSpan.Zero,
            StopTimeout = TimeSpan.Zero,
            IdleTimeout = TimeSpan.Zero,
            Timeout = longest,
            JobTimeout = longest,
            ClaimWindow = longest,
        }).Check();
    }

    [Fact]
    public async Task Run_HeldJobHandedOutAgain_SkipsIt()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { ThrottleLimit = 2 };
        var done = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        _worker.Handler = new FakeHandler((_, _) => done.Task);
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);

        _worker.Queue.Add("job-1");
        await _worker.PassUntilAsync(() => _worker.Observer.Count(WorkerEventKind.JobSkipped) == 1);
        done.SetResult(null);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);

        Assert.Equal((1, 1), (_worker.Handler.Runs, _worker.Queue.Claims.Count));
    }

    [Fact]
    public async Task IdleTimeout_StartsAfterTheLastJob()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { IdleTimeout = TimeSpan.FromSeconds(30) };
        var done = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        _worker.Handler = new FakeHandler((_, _) => done.Task);
        DateTimeOffset started = _worker.Clock.GetUtcNow();
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        _worker.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(run.IsCompleted);
        done.SetResult(null);
        await Until.TrueAsync(() => _worker.Observer.Results.Count == 1);

        await _worker.EndAsync(run);

        Assert.InRange((_worker.Clock.GetUtcNow() - started).TotalSeconds, 629, 640);
    }

    [Fact]
    public async Task IdleTimeout_Zero_DrainsTheQueueAndEnds()
    {
        for (int i = 0; i < 7; i++)
        {
            _worker.Queue.Add($"job-{i}");
        }

        _worker.Options = _worker.Options with { IdleTimeout = TimeSpan.Zero, ThrottleLimit = 2 };

        await _worker.EndAsync(_worker.Start());

        Assert.Equal(7, _worker.Observer.Results.Count);
    }

    [Fact]
    public async Task Timeout_Reached_FinishesRunningJobs()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { Timeout = TimeSpan.FromMinutes(1) };
        var done = new TaskCompletionSource<ThirdPartyJobOutcome?>();
        _worker.Handler = new FakeHandler((_, _) => done.Task);
        Task run = _worker.Start();
        await Until.TrueAsync(() => _worker.Handler.Runs == 1);
        _worker.Queue.Add("job-2");

        await _worker.PassUntilAsync(() => _worker.Observer.Count(WorkerEventKind.Stopping) == 1);
        done.SetResult(null);
        await run.WaitAsync(Until.Patience);

        Assert.Equal(WorkerOutcomes.Succeeded, Assert.Single(_worker.Observer.Results).Outcome);
    }

    [Fact]
    public async Task Report_ObserverThrows_DoesNotAffectTheJob()
    {
        _worker.Queue.Add("job-1");
        _worker.Options = _worker.Options with { MaxJobs = 1 };
        _worker.Observer.Seen = _ => throw new InvalidOperationException("A broken observer.");

        await _worker.RunAsync();

        Assert.Single(_worker.Queue.Successes);
    }

    [Fact]
    public async Task Run_PendingResults_FreeSlotsUpToALimit()
    {
        _worker.Options = _worker.Options with { ThrottleLimit = 1, PollInterval = TimeSpan.FromMilliseconds(10) };
        for (int i = 0; i < 100; i++)
        {
            _worker.Queue.Add($"job-{i:00}");
        }

        _worker.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.Throttling;
        Task run = _worker.Start();

        await _worker.PassUntilAsync(() => _worker.Handler.Runs == 32);
        _worker.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(32, _worker.Handler.Runs);

        _worker.Queue.OnResult = null;
        await _worker.PassUntilAsync(() => _worker.Observer.Results.Count == 100);
        _worker.Stop();
        await run.WaitAsync(Until.Patience);
    }
}
