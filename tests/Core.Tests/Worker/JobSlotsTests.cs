using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The decisions of a worker's slots, without running any job.</summary>
public class JobSlotsTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Decide_WithFreeSlots_HasRoomForThem()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 3 });
        Assert.Equal(3, slots.Decide().Room);
        Assert.NotNull(slots.TryReserve(Ticket("job-1")));
        Assert.Equal(2, slots.Decide().Room);
    }

    [Fact]
    public void TryReserve_HeldJob_ReturnsNull()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 3 });
        JobSlot slot = slots.TryReserve(Ticket("job-1"))!;
        Assert.Null(slots.TryReserve(Ticket("job-1")));
        slot.Dispose();
        Assert.NotNull(slots.TryReserve(Ticket("job-1")));
    }

    [Fact]
    public void Decide_WithMaxJobs_CountsUndecidedAndClaimedJobs()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 5, MaxJobs = 2 });
        JobSlot skipped = slots.TryReserve(Ticket("job-1"))!;
        JobSlot claimed = slots.TryReserve(Ticket("job-2"))!;
        Assert.Equal(0, slots.Decide().Room);

        // The first job is skipped, so the worker may take another one.
        skipped.Dispose();
        claimed.SetClaimed(counts: true);
        Assert.Equal(1, slots.Decide().Room);
        Assert.Null(slots.Decide().EndReason);
    }

    [Fact]
    public void Decide_AfterTheLastJob_Ends()
    {
        JobSlots slots = Create(new() { MaxJobs = 1 });
        slots.TryReserve(Ticket("job-1"))!.SetClaimed(counts: true);
        Assert.Equal("The worker has taken 1 job, the most that it may take.", slots.Decide().EndReason);
    }

    [Fact]
    public void Decide_AfterTheTimeLimit_Ends()
    {
        JobSlots slots = Create(new() { Timeout = TimeSpan.FromMinutes(1) });
        Assert.Equal(TimeSpan.FromMinutes(1), slots.Decide().NextChange);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("The worker's time limit is reached. It takes no more jobs.", slots.Decide().EndReason);
    }

    [Fact]
    public void Decide_WithQueuedRecovery_HasNoRoomAndNoEnd()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 2, Timeout = TimeSpan.FromMinutes(1) });
        slots.Enqueue(Entry("job-1"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, slots.Decide().Room);
        Assert.Null(slots.Decide().EndReason);
        Assert.Null(slots.TryReserve(Ticket("job-1")));

        Assert.True(slots.TryDequeue(out JournalEntry entry, out JobSlot slot));
        Assert.Equal("job-1", entry.Job.JobId);
        slot.Dispose();
        Assert.False(slots.HasJobsInFlight);
        Assert.NotNull(slots.Decide().EndReason);
    }

    [Fact]
    public void TryDequeue_WithoutAFreeSlot_Waits()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 1 });
        JobSlot busy = slots.TryReserve(Ticket("job-1"))!;
        slots.Enqueue(Entry("job-2"));
        Assert.False(slots.TryDequeue(out _, out _));
        busy.SetResultReady();
        Assert.True(slots.TryDequeue(out _, out _));
    }

    [Fact]
    public void Pause_LeavesNoRoom_UntilItIsOver()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 1 });
        slots.Pause(TimeSpan.FromSeconds(30));
        Assert.Equal((0, TimeSpan.FromSeconds(30)), (slots.Decide().Room, slots.Decide().NextChange));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, slots.Decide().Room);
    }

    [Fact]
    public void Decide_WithManyPendingResults_HasNoRoom()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 1 });
        JobSlot last = null!;
        for (int i = 0; i < 32; i++)
        {
            Assert.Equal(1, slots.Decide().Room);
            last = slots.TryReserve(Ticket($"job-{i}"))!;
            last.SetResultReady();
        }

        Assert.Equal(0, slots.Decide().Room);
        last.Dispose();
        Assert.Equal(1, slots.Decide().Room);
    }

    [Fact]
    public async Task HoldUntil_KeepsTheSlot_UntilTheHandlerEnds()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 1 });
        var handler = new TaskCompletionSource<bool>();
        JobSlot slot = slots.TryReserve(Ticket("job-1"))!;
        slot.SetClaimed(counts: true);
        slot.HoldUntil(handler.Task);
        slot.SetResultReady();
        slot.Dispose();
        Assert.Equal(0, slots.Decide().Room);

        handler.SetResult(true);
        await Until.TrueAsync(() => slots.Decide().Room == 1);
    }

    [Fact]
    public void Decide_WithAllSlotsStuck_EndsAfterAMinute()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 1 });
        slots.TryReserve(Ticket("job-1"))!.HoldUntil(new TaskCompletionSource<bool>().Task);
        Assert.Equal(TimeSpan.FromMinutes(1), slots.Decide().NextChange);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<HandlersStuckException>(slots.Decide().Error);
    }

    [Fact]
    public async Task Changed_IsSet_WhenTheLastJobEnds()
    {
        JobSlots slots = Create(new() { ThrottleLimit = 4 });
        JobSlot slot = slots.TryReserve(Ticket("job-1"))!;
        Assert.True(slots.HasJobsInFlight);
        slot.Dispose();
        await slots.Changed.WaitAsync(Timeout.InfiniteTimeSpan, _clock).WaitAsync(Until.Patience);
        Assert.False(slots.HasJobsInFlight);
    }

    private static JobTicket Ticket(string jobId) => new(jobId, "client-1", FakeQueue.Type);

    private static JournalEntry Entry(string jobId) =>
        new(Ticket(jobId), JournalStage.Claiming, default);

    private JobSlots Create(WorkerOptions options) => new(
        options, _clock, new PollScheduler(new[] { FakeQueue.Type }, TimeSpan.FromSeconds(30), () => 0.5));
}
