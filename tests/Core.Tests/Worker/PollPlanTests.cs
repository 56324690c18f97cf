using System;
using System.Linq;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>When which action type is polled.</summary>
public sealed class PollPlanTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0, 9)]
    [InlineData(0.5, 10)]
    [InlineData(1, 11)]
    public void PollAfterAnEmptyOne_ComesAfterTheInterval_ATenthMoreOrLess(double chance, double seconds)
    {
        var plan = new PollPlan([FakeQueue.Type], s_interval, () => chance);
        PollTarget target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;

        plan.Answered(target, full: false, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(seconds), plan.DueIn(TimeSpan.FromSeconds(1), TimeSpan.Zero));
    }

    [Fact]
    public void FailedPolls_WaitLongerEachTime_UntilOneIsAnswered()
    {
        var plan = new PollPlan([FakeQueue.Type], TimeSpan.FromSeconds(1), () => 1);
        PollTarget target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;

        Assert.Equal(
            [1d, 2, 4, 8, 16, 30, 30],
            Enumerable.Range(0, 7).Select(_ => PollPlan.Failed(target, TimeSpan.Zero).TotalSeconds));
        plan.Answered(target, full: true, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(1), PollPlan.Failed(target, TimeSpan.Zero));
    }

    [Fact]
    public void PollThatFailedAfterAFullBatch_IsNotHeldBackForOthers()
    {
        var plan = new PollPlan([FakeQueue.Type], TimeSpan.FromSeconds(1), () => 1);
        PollTarget target = plan.Next(TimeSpan.Zero, TimeSpan.Zero)!;
        plan.Answered(target, full: true, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(5), plan.DueIn(TimeSpan.Zero, TimeSpan.FromSeconds(5)));

        PollPlan.Failed(target, TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromSeconds(1), plan.DueIn(TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void AllHaveBeenPolled_OnlyWhenEachHasHadItsTurn()
    {
        ActionTypeId other = new("Test", "ThirdParty", "Contoso", "2");
        var plan = new PollPlan([FakeQueue.Type, other, FakeQueue.Type], s_interval, () => 0.5);

        Assert.Equal(FakeQueue.Type, plan.Next(TimeSpan.Zero, TimeSpan.Zero)!.ActionType);
        Assert.False(plan.AllPolledSince(0));
        Assert.Equal(other, plan.Next(TimeSpan.Zero, TimeSpan.Zero)!.ActionType);
        Assert.True(plan.AllPolledSince(0));
        Assert.False(plan.AllPolledSince(1));
        Assert.Equal(2, plan.Polls);
    }
}
