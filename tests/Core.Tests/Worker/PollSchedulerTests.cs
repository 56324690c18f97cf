using System;
using System.Linq;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The order and the waits of polls.</summary>
public sealed class PollSchedulerTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0, 9)]
    [InlineData(0.5, 10)]
    [InlineData(1, 11)]
    public void RecordSuccess_PartialBatch_WaitsIntervalWithJitter(double chance, double seconds)
    {
        var plan = new PollScheduler([FakeQueue.Type], s_interval, () => chance);
        PollQueueEntry target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;

        plan.RecordSuccess(target, full: false, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(seconds), plan.DueIn(TimeSpan.FromSeconds(1), TimeSpan.Zero));
    }

    [Fact]
    public void RecordFailure_Repeated_DoublesWaitUntilSuccess()
    {
        var plan = new PollScheduler([FakeQueue.Type], TimeSpan.FromSeconds(1), () => 1);
        PollQueueEntry target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;

        Assert.Equal(
            [1d, 2, 4, 8, 16, 30, 30],
            Enumerable.Range(0, 7).Select(_ => PollScheduler.RecordFailure(target, TimeSpan.Zero).TotalSeconds));
        plan.RecordSuccess(target, full: true, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(1), PollScheduler.RecordFailure(target, TimeSpan.Zero));
    }

    [Fact]
    public void RecordFailure_AfterAFullBatch_EndsGathering()
    {
        var plan = new PollScheduler([FakeQueue.Type], TimeSpan.FromSeconds(1), () => 1);
        PollQueueEntry target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;
        plan.RecordSuccess(target, full: true, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(5), plan.DueIn(TimeSpan.Zero, TimeSpan.FromSeconds(5)));

        PollScheduler.RecordFailure(target, TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromSeconds(1), plan.DueIn(TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void HavePolledAllSince_TrueAfterEachTypeHadItsTurn()
    {
        ActionTypeId other = new("Test", "ThirdParty", "Contoso", "2");
        var plan = new PollScheduler([FakeQueue.Type, other, FakeQueue.Type], s_interval, () => 0.5);

        Assert.Equal(FakeQueue.Type, plan.Next(TimeSpan.Zero, TimeSpan.Zero)!.ActionType);
        Assert.False(plan.HavePolledAllSince(0));
        Assert.Equal(other, plan.Next(TimeSpan.Zero, TimeSpan.Zero)!.ActionType);
        Assert.True(plan.HavePolledAllSince(0));
        Assert.False(plan.HavePolledAllSince(1));
        Assert.Equal(2, plan.Polls);
    }
}
