using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Tests a worker with several faults at once. The command <c>faults</c> runs many more cases.</summary>
public sealed class MixedFaultTests
{
    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(2, 0.5)]
    public Task AllFaults_Mixed_EachJobHasOneResult(int seed, double share) =>
        AssertAsync(seed, FaultMix.All(seed, share), jobs: 60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public Task TwoFaults_Mixed_EachJobHasOneResult(int seed) =>
        AssertAsync(seed, FaultMix.Pair(seed), jobs: 15);

    private static async Task AssertAsync(int seed, string plan, int jobs)
    {
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Name = plan,
            Plan = plan,
            Wishes = FaultMix.Wishes(seed, jobs),
            ThrottleLimit = 8,
        });

        IReadOnlyList<string> wrong = await run.FindWrongAsync();

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }
}
