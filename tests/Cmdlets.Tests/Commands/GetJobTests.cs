using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class GetJobTests
{
    private static readonly IReadOnlyList<PolledJob> s_none = Array.Empty<PolledJob>();

    private readonly FakeClient _client = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Poll_EmitsAJobForEachHandedOut()
    {
        _client.Poll = _ => Task.FromResult<IReadOnlyList<PolledJob>>(
            new[] { new PolledJob("1", "a"), new PolledJob("2", "b") });

        FakeHost host = new GetThirdPartyJobCommand { ActionType = FakeClient.Type, MaxBatchSize = 5 }.Run(
            _client.Host());

        ThirdPartyJob[] jobs = host.Objects.Cast<ThirdPartyJob>().ToArray();
        Assert.Equal(
            new[] { ("1", "a", JobStatus.Dispatched), ("2", "b", JobStatus.Dispatched) },
            jobs.Select(job => (job.JobId, job.ClientId!, job.Status!)));
        Assert.All(jobs, job => Assert.Equal((FakeClient.Type, "Default"), (job.ActionType, job.Session!.Name)));
        Assert.Equal((FakeClient.Type, (int?)5), Assert.Single(_client.Calls).Input);
    }

    [Fact]
    public void Poll_NoJobs_EmitsNothing()
    {
        _client.Poll = _ => Task.FromResult(s_none);

        FakeHost host = new GetThirdPartyJobCommand { ActionType = FakeClient.Type }.Run(_client.Host());

        Assert.Empty(host.Objects);
        Assert.Empty(host.Errors);
        Assert.Single(_client.Calls);
    }

    [Fact]
    public void Members_MakeTheActionType()
    {
        new GetThirdPartyJobCommand { Category = "test", Provider = "Contoso", Version = "1" }.Run(_client.Host());

        Assert.Equal((FakeClient.Type, (int?)null), Assert.Single(_client.Calls).Input);
    }

    [Fact]
    public void Members_UnknownValue_WritesErrorAndSendsNothing()
    {
        FakeHost host = new GetThirdPartyJobCommand { Category = "Tset", Provider = "Contoso", Version = "1" }.Run(
            _client.Host());

        Assert.Equal("InvalidInput", Assert.Single(host.Errors).Id);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Poll_IsNotedForCompletion() => Assert.Equal(
        new[] { FakeClient.Type },
        new GetThirdPartyJobCommand { ActionType = FakeClient.Type }.Run(_client.Host()).Sessions.KnownActionTypes());

    [Fact]
    public void Poll_Fails_ErrorTargetsActionType()
    {
        _client.Poll = _ => throw new ActionTypeNotFoundException(FakeClient.Error("ActionTypeNotFoundException"));

        FakeHost host = new GetThirdPartyJobCommand { ActionType = FakeClient.Type }.Run(_client.Host());

        Assert.Equal(("ActionTypeNotFound", FakeClient.Type), (Assert.Single(host.Errors).Id, host.Errors[0].Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wire_DebugRequested_IsShown(bool wanted)
    {
        FakeHost host = _client.Host();
        host.WantsDebug = wanted;

        new GetThirdPartyJobCommand { ActionType = FakeClient.Type }.Run(host);

        Assert.Equal(wanted ? new[] { "Poll on the wire" } : Array.Empty<string>(), host.Texts("debug"));
    }

    [Fact]
    public async Task Wait_PollsAtTheIntervalUntilThereIsAJob()
    {
        int polls = 0;
        _client.Poll = _ => Task.FromResult(++polls < 4 ? s_none : new[] { new PolledJob("late", "a") });
        FakeHost host = _client.Host();

        Task pipeline = Waiting(host, interval: 5);
        for (int i = 1; i < 4; i++)
        {
            await Until.TrueAsync(() => _clock.PendingTimers == 1);
            Assert.Equal(i, polls);
            _clock.Advance(TimeSpan.FromSeconds(4.9));
            Assert.Equal((i, 1), (polls, _clock.PendingTimers));
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        await pipeline.WaitAsync(Until.Patience);
        Assert.Equal("late", Assert.IsType<ThirdPartyJob>(Assert.Single(host.Objects)).JobId);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Wait_ShowsProgressAndCompletesIt()
    {
        int polls = 0;
        _client.Poll = _ => Task.FromResult(++polls < 2 ? s_none : new[] { new PolledJob("late", "a") });
        FakeHost host = _client.Host();
        Task pipeline = Waiting(host, interval: 5, timeout: 20);
        await Until.TrueAsync(() => _clock.PendingTimers == 1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await pipeline.WaitAsync(Until.Patience);

        Assert.Equal(
            new[] { (ProgressRecordType.Processing, 0, 20), (ProgressRecordType.Completed, -1, -1) },
            host.Progress.Select(each => (each.RecordType, each.PercentComplete, each.SecondsRemaining)));
        Assert.Contains("Test/Contoso/1", host.Progress[0].StatusDescription, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task Wait_TimedOut_WritesErrorAndEndsProgress(int hours)
    {
        _client.Poll = _ => Task.FromResult(s_none);
        FakeHost host = _client.Host();
        Task pipeline = Waiting(host, interval: 5, timeout: 10);
        for (int i = 0; i < 2; i++)
        {
            await Until.TrueAsync(() => _clock.PendingTimers == 1);
            _clock.Set(TimeSpan.FromHours(hours));
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        await pipeline.WaitAsync(Until.Patience);

        Assert.Equal(("WaitTimedOut", ErrorCategory.OperationTimeout),
            (Assert.Single(host.Errors).Id, host.Errors[0].Category));
        Assert.Equal(FakeClient.Type, host.Errors[0].Target);
        Assert.Equal(3, _client.Calls.Count);
        Assert.Equal(ProgressRecordType.Completed, host.Progress[^1].RecordType);
    }

    private Task Waiting(FakeHost host, double interval, double? timeout = null) => Task.Run(() =>
    {
        using GetThirdPartyJobCommand command = Wait(host, interval, timeout);
        command.Process();
    });

    private GetThirdPartyJobCommand Wait(FakeHost host, double interval, double? timeout = null) => new()
    {
        Shell = host,
        Clock = _clock,
        ActionType = FakeClient.Type,
        Wait = true,
        PollInterval = TimeSpan.FromSeconds(interval),
        Timeout = timeout is double seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
}
