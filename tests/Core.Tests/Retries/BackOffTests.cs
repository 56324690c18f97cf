using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Retries;

/// <summary>The wait before the next attempt.</summary>
public sealed class BackOffTests
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(0, new[] { 50, 100, 200, 250, 250 })]
    [InlineData(0.5, new[] { 75, 150, 300, 375, 375 })]
    [InlineData(1, new[] { 100, 200, 400, 500, 500 })]
    public void Next_AfterFailures_DoublesWithJitterUpToLimit(double chance, int[] milliseconds)
    {
        var backOff = new BackOff(s_first, s_longest, () => chance);

        Assert.Equal(milliseconds, milliseconds.Select(_ => (int)backOff.Next().TotalMilliseconds));
        Assert.Equal(milliseconds.Length, backOff.Failures);
    }

    [Fact]
    public void Next_AfterReset_StartsAgain()
    {
        var backOff = new BackOff(s_first, s_longest, () => 1);
        backOff.Next();
        backOff.Next();

        backOff.Reset();

        Assert.Equal((0, s_first), (backOff.Failures, backOff.Next()));
    }

    [Fact]
    public void Next_AfterManyFailures_StaysAtLimit()
    {
        var backOff = new BackOff(s_first, TimeSpan.FromDays(1), () => 1);

        TimeSpan[] waits = Enumerable.Range(0, 3000).Select(_ => backOff.Next()).ToArray();

        Assert.Equal(TimeSpan.FromDays(1), waits[^1]);
        Assert.All(waits, wait => Assert.InRange(wait, s_first, TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Chance_ManyCalls_DifferFrom0ToBelow1()
    {
        Func<double> chance = BackOff.Chance();

        HashSet<double> drawn = [.. Enumerable.Range(0, 1000).Select(_ => chance())];

        Assert.True(drawn.Count > 990, "The waits of many workers would fall together.");
        Assert.All(drawn, value => Assert.InRange(value, 0, 0.9999999999999999));
    }
}
