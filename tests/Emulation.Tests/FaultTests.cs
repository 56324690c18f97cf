using System;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class FaultTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("throttle", 400, "ThrottlingException")]
    [InlineData("expired-token", 400, "ExpiredTokenException")]
    [InlineData("access-denied", 400, "AccessDeniedException")]
    [InlineData("internal-failure", 500, "InternalFailure")]
    public async Task ErrorFault_AnyKind_ReturnsErrorWithoutEffect(string fault, int statusCode, string error)
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order(fault + "=1,limit=1");

        EmulatorResponse response = await _host.SucceedAsync(job);

        Assert.Equal((statusCode, error), (response.StatusCode, response.Error));
        Assert.Equal((JobStatus.InProgress, 0), (_host.JobOf(job).Status, _host.JobOf(job).ResultCount));
        Assert.Equal(200, (await _host.SucceedAsync(job)).StatusCode);
    }

    [Fact]
    public async Task ServiceUnavailable_Request_ReturnsHtmlWithoutEffect()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order("service-unavailable=1");

        EmulatorResponse response = await _host.SucceedAsync(job);

        Assert.Equal((503, "text/html"), (response.StatusCode, response.ContentType));
        Assert.StartsWith("<html>", response.Text, StringComparison.Ordinal);
        Assert.Equal(JobStatus.InProgress, _host.JobOf(job).Status);
    }

    [Fact]
    public async Task DropBefore_Request_HasNoEffect()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order("drop-before=1");

        await Assert.ThrowsAsync<HttpRequestException>(() => _host.SucceedAsync(job));

        Assert.Equal(JobStatus.InProgress, _host.JobOf(job).Status);
        Assert.Equal((0, FaultKind.DropBefore), LastRequest());
    }

    [Fact]
    public async Task DropAfter_Request_TakesEffect()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order("drop-after=1");

        await Assert.ThrowsAsync<HttpRequestException>(() => _host.SucceedAsync(job));

        Assert.Equal(JobStatus.Succeeded, _host.JobOf(job).Status);
        Assert.Equal((0, FaultKind.DropAfter), LastRequest());
    }

    [Fact]
    public async Task Drop_NextRequest_Succeeds()
    {
        EmulatedJob job = _host.AddJob();
        Order("drop-before=1,limit=1");
        await Assert.ThrowsAsync<HttpRequestException>(() => _host.DetailsAsync(job));

        Assert.Equal(200, (await _host.DetailsAsync(job)).StatusCode);
    }

    [Fact]
    public async Task Garbled_Request_ReturnsTruncatedJson()
    {
        EmulatedJob job = _host.AddJob();
        Order("garbled=1");

        EmulatorResponse response = await _host.PollAsync();

        Assert.Equal(200, response.StatusCode);
        Assert.NotEmpty(response.Text);
        Assert.ThrowsAny<JsonException>(() => response.Json);
        Assert.Equal(JobStatus.Dispatched, _host.JobOf(job).Status);
    }

    [Fact]
    public async Task Garbled_EmptyResponse_ReturnsInvalidJson()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order("garbled=1");

        EmulatorResponse response = await _host.SucceedAsync(job);

        Assert.ThrowsAny<JsonException>(() => response.Json);
    }

    [Fact]
    public async Task Slow_Request_WaitsByEmulatorClock()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        Order("slow=1,delay=20s");

        Task<EmulatorResponse> call = _host.SucceedAsync(job);
        await Until.TrueAsync(() => _host.Clock.PendingTimers == 1);

        Assert.Equal(JobStatus.Succeeded, _host.JobOf(job).Status);
        _host.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(call.IsCompleted);
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await call.WaitAsync(Until.Patience)).StatusCode);
    }

    [Fact]
    public async Task Stop_SlowResponse_EndsAtOnce()
    {
        EmulatedJob job = _host.AddJob();
        Order("slow=1,delay=20s");
        Task<EmulatorResponse> call = _host.DetailsAsync(job);
        await Until.TrueAsync(() => _host.Clock.PendingTimers == 1);

        _host.Emulator.Stop();

        await Assert.ThrowsAsync<HttpRequestException>(() => call.WaitAsync(Until.Patience));
        await Until.TrueAsync(() => _host.Clock.PendingTimers == 0);
    }

    [Fact]
    public async Task Fault_OneOperation_SparesOthers()
    {
        EmulatedJob job = _host.AddJob();
        Order("throttle=1@PollForThirdPartyJobs");

        Assert.Equal("ThrottlingException", (await _host.PollAsync()).Error);
        Assert.Equal(200, (await _host.DetailsAsync(job)).StatusCode);
    }

    [Fact]
    public async Task Fault_UnsignedRequest_IsNotHit()
    {
        Order("throttle=1,limit=1");

        EmulatorResponse response = await _host.SendUnsignedAsync(_host.Request(EmulatorHost.Poll, "{}"));

        Assert.Equal("MissingAuthenticationTokenException", response.Error);
        Assert.Equal("ThrottlingException", (await _host.PollAsync()).Error);
    }

    [Fact]
    public async Task OrderFaults_Null_StopsFaults()
    {
        _host.AddJob();
        Order("throttle=1");

        _host.Emulator.OrderFaults(null);

        Assert.Equal(200, (await _host.PollAsync()).StatusCode);
    }

    [Fact]
    public async Task OrderFaults_SamePlan_RepeatsSequence()
    {
        FaultPlan plan = FaultPlan.Parse("seed=11;throttle=0.5");
        using EmulatorHost host = new(clock => new EmulatorOptions { Clock = clock, Faults = plan });
        host.AddJob();
        bool[] first = await ThrottledAsync(host);

        host.Emulator.OrderFaults(plan);

        Assert.Equal(first, await ThrottledAsync(host));
        Assert.Contains(true, first);
        Assert.Contains(false, first);
    }

    private static async Task<bool[]> ThrottledAsync(EmulatorHost host)
    {
        bool[] throttled = new bool[20];
        for (int i = 0; i < throttled.Length; i++)
        {
            throttled[i] = (await host.PollAsync()).StatusCode == 400;
        }

        return throttled;
    }

    private void Order(string plan) => _host.Emulator.OrderFaults(FaultPlan.Parse(plan));

    private (int StatusCode, FaultKind? Fault) LastRequest()
    {
        RecordedRequest last = _host.Emulator.GetRequests()[^1];
        return (last.StatusCode, last.Fault);
    }
}
