using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Retries;

public class RetryLoopTests
{
    private readonly ManualTimeProvider _clock = new();
    private int _attempts;

    [Fact]
    public async Task Run_FinalAttempt_ReturnsItsResult()
    {
        int result = await RunAsync(() => Attempt.Final(7), CancellationToken.None);
        Assert.Equal((7, 1), (result, _attempts));
    }

    [Fact]
    public async Task Run_FailedAttempts_WaitLongerEachTime()
    {
        Task<int> run = RunAsync(
            () => _attempts < 3 ? Attempt.Retry<int>() : Attempt.Final(_attempts), CancellationToken.None);

        // Three quarters of 1 s and of 2 s, as chance gives the middle.
        await PassAsync(TimeSpan.FromSeconds(0.75), attempts: 2);
        await PassAsync(TimeSpan.FromSeconds(1.5), attempts: 3);
        Assert.Equal(3, await run.WaitAsync(Until.Patience));
    }

    [Fact]
    public async Task Run_AttemptThatNamesItsWait_WaitsThatLong()
    {
        Task<int> run = RunAsync(
            () => _attempts < 2 ? Attempt.Retry<int>(TimeSpan.FromHours(1)) : Attempt.Final(_attempts),
            CancellationToken.None);
        await PassAsync(TimeSpan.FromHours(1), attempts: 2);
        Assert.Equal(2, await run.WaitAsync(Until.Patience));
    }

    [Fact]
    public async Task Run_CancelledWait_ReturnsTheOtherResult()
    {
        using var stop = new CancellationTokenSource();
        Task<int> run = RunAsync(() => Attempt.Retry<int>(), stop.Token);
        stop.Cancel();
        Assert.Equal((-1, 1), (await run.WaitAsync(Until.Patience), _attempts));
    }

    private Task<int> RunAsync(Func<Attempt<int>> attempt, CancellationToken stop) =>
        new RetryLoop(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), _clock, () => 0.5).RunAsync(
            () =>
            {
                _attempts++;
                return Task.FromResult(attempt());
            },
            whenCancelled: () => -1,
            stop);

    private async Task PassAsync(TimeSpan time, int attempts)
    {
        await Until.TrueAsync(() => _clock.PendingTimers == 1);
        _clock.Advance(time - TimeSpan.FromTicks(1));
        Assert.Equal(attempts - 1, _attempts);
        _clock.Advance(TimeSpan.FromTicks(1));
        await Until.TrueAsync(() => _attempts == attempts);
    }
}
