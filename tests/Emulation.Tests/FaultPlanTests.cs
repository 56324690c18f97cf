using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Faults;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class FaultPlanTests
{
    [Theory]
    [InlineData("seed=1;throttle=0.1;drop-after=0.05@PutThirdPartyJobSuccessResult")]
    [InlineData("seed=-7;slow=1,skip=2,limit=3,delay=200ms;garbled=0.001@PollForThirdPartyJobs,limit=1")]
    [InlineData("seed=0;internal-failure=1;service-unavailable=1;drop-before=1;expired-token=1;access-denied=1")]
    [InlineData("seed=0")]
    public void ToString_Plan_RoundTrips(string text) => Assert.Equal(text, FaultPlan.Parse(text).ToString());

    [Fact]
    public void Parse_SpacesCaseAndEnumNames_AreAccepted()
    {
        FaultPlan plan = FaultPlan.Parse(
            " Seed = 5 ; DropAfter = 0.5 @ GetThirdPartyJobDetails , Limit = 2 ; SLOW=1,delay=1.5s; ");

        Assert.Equal(5, plan.Seed);
        Assert.Equal((FaultKind.DropAfter, 0.5, "GetThirdPartyJobDetails", 2), Fields(plan.Rules[0]));
        Assert.Equal(TimeSpan.FromSeconds(1.5), plan.Rules[1].Delay);

        static (FaultKind Kind, double Probability, string? Operation, int? Limit) Fields(FaultRule rule) =>
            (rule.Kind, rule.Probability, rule.Operation, rule.Limit);
    }

    [Fact]
    public void Slow_WithoutDelay_HasDefaultDelay() =>
        Assert.Equal(FaultRule.DefaultDelay, FaultPlan.Parse("slow=1").Rules[0].Delay);

    [Theory]
    [InlineData("throttle", "has no '='")]
    [InlineData("thrott=1", "'thrott' is not a fault kind")]
    [InlineData("throttle=often", "'often' is not a number")]
    [InlineData("throttle=0", "probability")]
    [InlineData("throttle=1.01", "probability")]
    [InlineData("throttle=NaN", "probability")]
    [InlineData("throttle=1@Poll", "'Poll' is not an operation")]
    [InlineData("throttle=1,skip=-1", "negative")]
    [InlineData("throttle=1,limit=0", "less than 1")]
    [InlineData("throttle=1,limit=x", "'x' is not a whole number")]
    [InlineData("throttle=1,delay=1s", "has no delay")]
    [InlineData("slow=1,delay=1", "has no unit")]
    [InlineData("slow=1,delay=0s", "more than 0")]
    [InlineData("slow=1,delay=1e9s", "at most 1 day")]
    [InlineData("throttle=1,often=1", "'often' is not a setting")]
    [InlineData("seed=1.5", "'1.5' is not a whole number")]
    public void Parse_InvalidPlan_NamesPartAndReason(string text, string problem)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => FaultPlan.Parse("access-denied=1;" + text));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public void Injector_SameSeed_RepeatsSequence()
    {
        const string Text = "seed=42;throttle=0.3;drop-after=0.3@PollForThirdPartyJobs";

        Assert.Equal(Sequence(Text), Sequence(Text));
    }

    [Fact]
    public void Injector_OtherSeed_ChangesSequence() =>
        Assert.NotEqual(Sequence("seed=1;throttle=0.5"), Sequence("seed=2;throttle=0.5"));

    [Fact]
    public void Injector_OtherRules_KeepSequence()
    {
        List<FaultKind?> alone = Sequence("seed=3;throttle=0.2");
        List<FaultKind?> beside = Sequence("seed=3;throttle=0.2;access-denied=0.5");

        Assert.Equal(
            alone.Select(kind => kind == FaultKind.Throttle), beside.Select(kind => kind == FaultKind.Throttle));
    }

    [Fact]
    public void Injector_ManyRequests_MatchProbability() =>
        Assert.InRange(Sequence("seed=9;throttle=0.1", 10_000).Count(kind => kind is not null), 900, 1100);

    [Fact]
    public void Injector_SkipAndLimit_AreApplied() => Assert.Equal(
        [null, null, FaultKind.Throttle, FaultKind.Throttle, null],
        Sequence("throttle=1,skip=2,limit=2", 5));

    [Fact]
    public void Injector_OtherOperations_AreNotCounted()
    {
        FaultInjector injector = new(FaultPlan.Parse("throttle=1@GetThirdPartyJobDetails,skip=1"));

        Assert.Null(injector.Next(EmulatorHost.Poll));
        Assert.Null(injector.Next(EmulatorHost.Details));
        Assert.Null(injector.Next(EmulatorHost.Poll));
        Assert.Equal(FaultKind.Throttle, injector.Next(EmulatorHost.Details)?.Kind);
    }

    [Fact]
    public void Injector_SeveralHits_AppliesFirstRule() => Assert.Equal(
        [FaultKind.Throttle, FaultKind.AccessDenied],
        Sequence("throttle=1,limit=1;access-denied=1", 2));

    private static List<FaultKind?> Sequence(string plan, int count = 100)
    {
        FaultInjector injector = new(FaultPlan.Parse(plan));
        return [.. Enumerable.Range(0, count).Select(_ => injector.Next(EmulatorHost.Poll)?.Kind)];
    }
}
