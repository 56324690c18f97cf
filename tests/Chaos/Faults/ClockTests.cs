using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// Sets a clock while a job is running. Time limits must depend on elapsed time, not on the time of day.
/// </summary>
public sealed class ClockTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromHours(1);

    public static TheoryData<double, string> Leaps
    {
        get
        {
            var leaps = new TheoryData<double, string>();
            foreach (double hours in new[] { -24.0, -1, 1, 24 })
            {
                foreach (WorkerEventKind moment in new[]
                {
                    WorkerEventKind.Polled, WorkerEventKind.JobClaimed, WorkerEventKind.HandlerStarted,
                    WorkerEventKind.HandlerEnded, WorkerEventKind.ResultDelayed,
                })
                {
                    leaps.Add(hours, moment.ToString());
                }
            }

            return leaps;
        }
    }

    [Theory]
    [MemberData(nameof(Leaps))]
    public async Task WorkerClock_Jumps_KeepsTimeLimits(double hours, string moment)
    {
        LeapingClock clock = Clock();
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Plan = "internal-failure=1@PutThirdPartyJobSuccessResult,limit=1",
            Wishes = [FaultyHandler.Succeed, FaultyHandler.Succeed],
            Clock = clock,
            Worker = options => options with { JobTimeout = s_limit, Timeout = s_limit },
            Seen = happened =>
            {
                if (happened.Kind.ToString() == moment)
                {
                    clock.Leap(TimeSpan.FromHours(hours));
                }
            },
        });

        IReadOnlyList<string> wrong = await run.FindWrongAsync();

        Assert.Empty(wrong);
        Assert.All(run.Results, result => Assert.Equal(WorkerOutcomes.Succeeded, result.Outcome));
        Assert.All(run.Results, result => Assert.InRange(result.Duration, TimeSpan.Zero, s_limit));
    }

    [Theory]
    [InlineData(-24, false)]
    [InlineData(24, false)]
    [InlineData(-24, true)]
    [InlineData(24, true)]
    public async Task HangingHandler_ClockJumps_StopsAtLimit(int hours, bool isStopped)
    {
        LeapingClock clock = Clock();
        FaultyRun? self = null;
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Wishes = [FaultyHandler.Hang],
            MayFailOtherwise = true,
            Clock = clock,

            // Ends at once, because the clock accelerates.
            Worker = options => isStopped
                ? options with { StopTimeout = TimeSpan.FromSeconds(20) }
                : options with { JobTimeout = TimeSpan.FromSeconds(20) },
            AtHandlersEnd = () =>
            {
                clock.Leap(TimeSpan.FromHours(hours));
                if (isStopped)
                {
                    self!.Stop();
                }
            },
        });
        self = run;

        Assert.Empty(await run.FindWrongAsync());
        Assert.Equal(
            isStopped ? nameof(FailureType.SystemUnavailable) : nameof(FailureType.JobFailed), run.Job.FailureType);
        Assert.Contains(isStopped ? "did not end within 00:00:20" : "00:00:20", run.Job.FailureMessage);
    }

    [Fact]
    public async Task ClockSetForward_DetailsFail_KeepsValidCredentials()
    {
        LeapingClock clock = Clock();
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Plan = "service-unavailable=1@GetThirdPartyJobDetails,skip=1",
            Clock = clock,
            Seen = happened =>
            {
                if (happened.Kind is WorkerEventKind.JobClaimed or WorkerEventKind.HandlerEnded)
                {
                    clock.Leap(TimeSpan.FromHours(1));
                }
            },
        });

        Assert.Empty(await run.FindWrongAsync());
        Assert.Equal(JobStatus.Succeeded, run.Job.Status);
    }

    [Fact]
    public async Task ClockSetBack_ExpiredCredentials_AreRenewedOnS3Error()
    {
        LeapingClock clock = Clock();
        FaultyRun? self = null;
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Clock = clock,
            Seen = happened =>
            {
                if (happened.Kind is WorkerEventKind.JobClaimed or WorkerEventKind.HandlerEnded)
                {
                    clock.Leap(TimeSpan.FromHours(-1));
                    self!.ServiceClock.Leap(TimeSpan.FromMinutes(20));
                }
            },
        });
        self = run;

        Assert.Empty(await run.FindWrongAsync());
        Assert.Equal(JobStatus.Succeeded, run.Job.Status);
        Assert.Contains(run.Emulator.GetRequests(), request => request.ErrorName == "ExpiredToken");
    }

    /// <summary>
    /// The clock of the machine suddenly becomes wrong, so that signatures are too old or in the future.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task Signatures_ClockWrong_AreCorrectedOnRetry(int hours)
    {
        FaultyRun? self = null;
        bool hasLeapt = false;
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Wishes = [FaultyHandler.SucceedLarge],

            // The SDK corrects its clock for the next attempt.
            CallAttempts = 2,
            JobTimeLimit = TimeSpan.FromDays(3),
            AllowedClockSkew = TimeSpan.FromMinutes(5),
            Seen = happened =>
            {
                if (happened.Kind == WorkerEventKind.HandlerStarted && !hasLeapt)
                {
                    hasLeapt = true;
                    self!.ServiceClock.Leap(TimeSpan.FromHours(hours));
                }
            },
        });
        self = run;

        Assert.Empty(await run.FindWrongAsync());
        Assert.Equal(JobStatus.Succeeded, run.Job.Status);
    }

    // Do not accelerate the limit for last requests: it would expire before the response to a result arrives.
    private static LeapingClock Clock() =>
        new(new HurryingClock(TimeSpan.FromSeconds(30), limit: ShutdownCoordinator.FinalCallsTimeout));
}
