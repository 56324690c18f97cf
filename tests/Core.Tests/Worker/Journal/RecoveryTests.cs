using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker.Journal;

/// <summary>
/// A worker is killed at each step of a job, and the next worker finishes the job from its journal. Tests copy the
/// first worker's file while it runs, which is what kill -9 leaves.
/// </summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly WorkerFixture _first = new();
    private readonly WorkerFixture _second = new();

    public RecoveryTests()
    {
        _first.Options = _first.Options with { OpenJournal = _first.OpenJournal };
        _second.Options = _second.Options with { OpenJournal = _second.OpenJournal, IdleTimeout = TimeSpan.Zero };
        _first.Queue.Add("job-1");
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Claiming_ClaimHadNoEffect_ClaimsAndRunsTheJob()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);

        await RecoverAsync();

        Assert.Equal((1, 1), (_second.Handler.Runs, _second.Queue.Successes.Count()));
    }

    [Fact]
    public async Task Claiming_HandedOutAgain_LeavesTheJobAlone()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Queue.Job = ticket => new FakeJob(ticket) { ClaimFingerprint = "another" };

        await RecoverAsync();

        Assert.Empty(_second.Queue.Claims);
        Assert.Empty(_second.Queue.Sent);
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Claiming_JobNotFound_LeavesTheJobAlone()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Queue.OnOpen = (_, _) => throw ServiceErrors.Coded("JobNotFoundException");

        await RecoverAsync();

        Assert.Empty(_second.Queue.Claims);
        Assert.Empty(_second.Queue.Sent);
        Assert.Equal(1, _second.Observer.Count(WorkerEventKind.JobSkipped));
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Claiming_DetailsThrottled_Retries()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        int opened = 0;
        _second.Queue.OnOpen = (_, _) => ++opened < 3 ? throw ServiceErrors.Throttling : Task.CompletedTask;

        await _second.EndAsync(_second.Start());

        Assert.Equal((3, 1), (opened, _second.Handler.Runs));
        Assert.Equal(2, _second.Observer.Count(WorkerEventKind.Warning));
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Claiming_StoppedBeforeDetails_StaysInTheJournal()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Queue.OnOpen = (_, _) =>
        {
            _second.Stop();
            throw ServiceErrors.Throttling;
        };

        await _second.EndAsync(_second.Start());

        Assert.Empty(_second.Queue.Claims);
        Assert.Equal(JournalStage.Claiming, Assert.Single(await LeftAsync()).Stage);
    }

    [Fact]
    public async Task Claiming_NonceUsedWithinClaimWindow_FailsTheJob()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce();

        await RecoverAsync();

        Assert.Equal(0, _second.Handler.Runs);
        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_second.Queue.Failures).Type);
    }

    [Fact]
    public async Task Claiming_NonceUsedAfterClaimWindow_LeavesTheJobAlone()
    {
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Clock.Advance(_second.Options.ClaimWindow);
        _second.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce();

        await RecoverAsync();

        Assert.Empty(_second.Queue.Sent);
    }

    [Fact]
    public async Task Claiming_NonceUsedAndClockSetBack_LeavesTheJobAlone()
    {
        _first.Clock.Advance(TimeSpan.FromHours(1));
        await DieAsync(() => _first.Queue.OnClaim = (_, _) => Never<bool>(), () => !_first.Queue.Claims.IsEmpty);
        _second.Queue.OnClaim = (_, _) => throw ServiceErrors.InvalidNonce();

        await RecoverAsync();

        // The age of the claim is unknown, so another worker may have the job by now.
        Assert.Empty(_second.Queue.Sent);
    }

    [Fact]
    public async Task Claimed_ClockSetBack_ReportsZeroDuration()
    {
        _first.Clock.Advance(TimeSpan.FromHours(1));
        _first.Handler = new FakeHandler((_, _) => Never<ThirdPartyJobOutcome?>());
        await DieAsync(() => { }, () => _first.Handler.Runs == 1);

        await RecoverAsync();

        Assert.Equal(TimeSpan.Zero, Assert.Single(_second.Observer.Results).Duration);
    }

    [Fact]
    public async Task Claimed_RecoveryFail_FailsTheJob()
    {
        await DieAsync(
            () => _first.Handler = new FakeHandler((_, _) => Never<ThirdPartyJobOutcome?>()),
            () => _first.Handler.Runs == 1);

        await RecoverAsync();

        FailureResult failure = Assert.Single(_second.Queue.Failures);
        Assert.Equal(FailureType.SystemUnavailable, failure.Type);
        Assert.Equal("The worker was cut off while it ran the job. It can be tried again.", failure.Message);
        Assert.Equal(0, _second.Handler.Runs);
        Assert.Equal("client-1", Assert.Single(_second.Observer.Results).ClientId);
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Claimed_RecoveryRerun_RunsAgainWithoutAClaim()
    {
        await DieAsync(
            () => _first.Handler = new FakeHandler((_, _) => Never<ThirdPartyJobOutcome?>()),
            () => _first.Handler.Runs == 1);
        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun };

        await RecoverAsync();

        Assert.Equal((1, 0, 1), (_second.Handler.Runs, _second.Queue.Claims.Count, _second.Queue.Successes.Count()));
    }

    [Fact]
    public async Task Claimed_RerunOfAnEndedJob_IsAbandoned()
    {
        await DieAsync(
            () => _first.Handler = new FakeHandler((_, _) => Never<ThirdPartyJobOutcome?>()),
            () => _first.Handler.Runs == 1);
        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun };
        _second.Queue.OnOpen = (_, _) => throw new InvalidJobException(ServiceErrors.Of("InvalidJobException"));
        _second.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.InvalidState();

        await RecoverAsync();

        Assert.Equal(0, _second.Handler.Runs);
        Assert.Equal(WorkerOutcomes.Abandoned, Assert.Single(_second.Observer.Results).Outcome);
    }

    [Fact]
    public async Task Claimed_RerunWithThrottledDetails_Retries()
    {
        await DieAsync(
            () => _first.Handler = new FakeHandler((_, _) => Never<ThirdPartyJobOutcome?>()),
            () => _first.Handler.Runs == 1);
        int opened = 0;
        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun };
        _second.Queue.OnOpen = (_, _) => ++opened < 3 ? throw ServiceErrors.Throttling : Task.CompletedTask;

        await _second.EndAsync(_second.Start());

        Assert.Equal((3, 1), (opened, _second.Handler.Runs));
        Assert.Equal(2, _second.Observer.Count(WorkerEventKind.Warning));
    }

    [Fact]
    public async Task Claimed_RecoveryRerun_DoesNotCountTowardMaxJobs()
    {
        using (WorkerJournal journal = WorkerJournal.Open(_second.JournalPath, _second.Clock))
        {
            await journal.ClaimedAsync(new JobTicket("left", "client-1", FakeQueue.Type), 1);
        }

        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun, MaxJobs = 1, IdleTimeout = null };
        _second.Queue.Add("new");

        await _second.EndAsync(_second.Start());

        Assert.Equal(["left", "new"], _second.Queue.Sent.Select(sent => sent.JobId).OrderBy(id => id));
    }

    [Fact]
    public async Task Stop_WithQueuedRecovery_FailsOnlyClaimedJobs()
    {
        using (WorkerJournal journal = WorkerJournal.Open(_second.JournalPath, _second.Clock))
        {
            foreach (string id in new[] { "running", "ours" })
            {
                await journal.ClaimedAsync(new JobTicket(id, "client-1", FakeQueue.Type), 1);
            }

            await journal.ClaimingAsync(new JobTicket("unknown", "client-1", FakeQueue.Type), "mark-1");
        }

        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun, ThrottleLimit = 1, IdleTimeout = null };
        _second.Handler = new FakeHandler(async (_, stop) =>
        {
            _second.Stop();
            await Task.Delay(System.Threading.Timeout.Infinite, stop);
            return null;
        });

        await _second.EndAsync(_second.Start());

        Assert.Equal(1, _second.Handler.Runs);
        Assert.Equal(["ours", "running"], _second.Queue.Sent.Select(sent => sent.JobId).OrderBy(id => id));
        Assert.Equal(2, _second.Queue.Failures.Count(failure => failure.Type == FailureType.SystemUnavailable));
        Assert.Contains(
            _second.Observer.Of(WorkerEventKind.Warning),
            each => each.Message.Contains("Job unknown stays in the journal", StringComparison.Ordinal));
        Assert.Equal("unknown", Assert.Single(await LeftAsync()).Job.JobId);
    }

    [Fact]
    public async Task Claimed_ThirdRunKilledTheWorker_FailsTheJob()
    {
        using (WorkerJournal journal = WorkerJournal.Open(_second.JournalPath, _second.Clock))
        {
            await journal.ClaimedAsync(new JobTicket("job-1", "client-1", FakeQueue.Type), 3);
        }

        _second.Options = _second.Options with { Recovery = RecoveryMode.Rerun };

        await _second.EndAsync(_second.Start());

        Assert.Equal(0, _second.Handler.Runs);
        Assert.Equal(
            "The worker was cut off while it ran the job, 3 times.", Assert.Single(_second.Queue.Failures).Message);
    }

    [Fact]
    public async Task Result_SendInterrupted_NextWorkerSendsIt()
    {
        await DieAsync(
            () =>
            {
                _first.Handler = new FakeHandler((_, _) => Task.FromResult<ThirdPartyJobOutcome?>(
                    ThirdPartyJobOutcome.From(new SuccessResult { Summary = "all done", ContinuationToken = "on" })));
                _first.Queue.OnResult = (_, _, _, _) => Never<bool>();
            },
            () => !_first.Queue.Sent.IsEmpty);

        await RecoverAsync();

        SuccessResult sent = Assert.Single(_second.Queue.Successes);
        Assert.Equal(("all done", "on"), (sent.Summary, sent.ContinuationToken));
        Assert.Equal(0, _second.Handler.Runs);
        Assert.Equal(WorkerOutcomes.Continued, Assert.Single(_second.Observer.Results).Outcome);
    }

    [Fact]
    public async Task Result_ServiceAlreadyHasIt_CountsAsDelivered()
    {
        await DieAsync(() => _first.Queue.OnResult = (_, _, _, _) => Never<bool>(), () => !_first.Queue.Sent.IsEmpty);
        _second.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.InvalidState();

        await RecoverAsync();

        Assert.Equal(WorkerOutcomes.Succeeded, Assert.Single(_second.Observer.Results).Outcome);
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Result_Undelivered_NextWorkerSendsIt()
    {
        _first.Queue.OnResult = (_, _, _, _) => throw ServiceErrors.Unavailable;
        Task run = _first.Start();
        await Until.TrueAsync(() => _first.Observer.Count(WorkerEventKind.ResultDelayed) > 0);
        _first.Stop();
        await _first.EndAsync(run);
        File.Copy(_first.JournalPath, _second.JournalPath);

        await RecoverAsync();

        Assert.Single(_second.Queue.Successes);
    }

    [Fact]
    public async Task Result_Delivered_LeavesNoEntry()
    {
        _first.Options = _first.Options with { MaxJobs = 1 };
        await _first.RunAsync();
        File.Copy(_first.JournalPath, _second.JournalPath);

        await RecoverAsync();

        Assert.Empty(_second.Queue.Sent);
        Assert.Equal(0, _second.Observer.Count(WorkerEventKind.Recovered));
    }

    [Fact]
    public async Task Result_WithSecret_IsMaskedInTheJournal()
    {
        _first.Options = _first.Options with { MaxJobs = 1 };
        _first.Queue.Job = ticket => new FakeJob(ticket) { Secrets = new[] { new Secret("client-token-77") } };
        _first.Handler = new FakeHandler((_, _) => throw new InvalidOperationException("With client-token-77."));

        await _first.RunAsync();

        string journal = File.ReadAllText(_first.JournalPath);
        Assert.Contains("With ***.", journal, StringComparison.Ordinal);
        Assert.DoesNotContain("client-token-77", journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnusableJournal_EndsBeforeTheFirstPoll()
    {
        Directory.CreateDirectory(_first.JournalPath);

        await Assert.ThrowsAsync<JournalException>(() => _first.RunAsync());

        Assert.Empty(_first.Queue.Polls);
    }

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    /// <summary>Runs the first worker up to a point, and copies its journal.</summary>
    private async Task DieAsync(Action arrange, Func<bool> there)
    {
        arrange();
        _ = _first.Start();
        await Until.TrueAsync(there);
        using var from = new FileStream(
            _first.JournalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using FileStream to = File.Create(_second.JournalPath);
        from.CopyTo(to);
    }

    // Does not advance the clock: each test sets how long ago the first worker was killed.
    private Task RecoverAsync() => _second.RunAsync();

    private async Task<System.Collections.Generic.IReadOnlyList<JournalEntry>> LeftAsync()
    {
        await Task.Yield();
        return JournalReader.Read(_second.JournalPath);
    }
}
