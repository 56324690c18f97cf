using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class RequestLogTests
{
    [Fact]
    public async Task GetRequests_Request_HasAllProperties()
    {
        using EmulatorHost host = new();
        EmulatorResponse response = await host.SendAsync(EmulatorHost.Details, """{"jobId":"x","clientToken":"t"}""");

        RecordedRequest request = Assert.Single(host.Emulator.GetRequests());

        Assert.Equal(
            (EmulatorHost.Details, 400, "JobNotFoundException"),
            (request.Operation, request.StatusCode, request.ErrorName));
        Assert.Equal((host.Clock.GetUtcNow(), (FaultKind?)null), (request.Time, request.Fault));
        Assert.Equal(string.Concat(response.Headers.GetValues("x-amzn-RequestId")), request.RequestId);
        Assert.Equal("""{"jobId":"x","clientToken":"t"}""", request.RevealBody());
    }

    [Fact]
    public async Task RecordedRequest_AsJson_OmitsBody()
    {
        using EmulatorHost host = new();
        await host.SendAsync(EmulatorHost.Details, """{"jobId":"x","clientToken":"sentinel"}""");

        Assert.DoesNotContain(
            "sentinel", JsonSerializer.Serialize(host.Emulator.GetRequests()), StringComparison.Ordinal);
    }

    [Fact]
    public void EmulatedJob_AsJson_OmitsToken()
    {
        using EmulatorHost host = new();
        EmulatedJob job = host.AddJob();

        Assert.DoesNotContain(job.ClientToken.Reveal(), JsonSerializer.Serialize(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetRequests_RecordingOff_IsEmpty()
    {
        using EmulatorHost host = new(clock => new EmulatorOptions { Clock = clock, RecordRequests = false });
        host.AddJob();
        await host.PollAsync();

        Assert.Empty(host.Emulator.GetRequests());
    }

    [Fact]
    public async Task GetRequests_LongBody_IsTruncated()
    {
        using EmulatorHost host = new();
        await host.SendAsync(EmulatorHost.Details, $$"""{"jobId":"{{new string('x', 100_000)}}","clientToken":"t"}""");

        string body = Assert.Single(host.Emulator.GetRequests()).RevealBody();

        Assert.Equal(64 * 1024, body.Length);
        Assert.StartsWith("""{"jobId":"xxx""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetRequests_UnsignedRequest_HasNoBody()
    {
        using EmulatorHost host = new();
        using HttpClient anybody = new();
        using StringContent content = new(new string('x', 100_000), Encoding.UTF8, "text/plain");
        await anybody.PostAsync(host.Emulator.Endpoint, content);

        Assert.Empty(Assert.Single(host.Emulator.GetRequests()).RevealBody());
    }

    [Fact]
    public void Log_Full_DropsOldest()
    {
        RequestLog log = new(3);
        for (int i = 0; i < 5; i++)
        {
            log.Add(new RecordedRequest(
                i.ToString(System.Globalization.CultureInfo.InvariantCulture), null, default, 200, null, null, ""));
        }

        IReadOnlyList<RecordedRequest> kept = log.ToList();

        Assert.Equal(["2", "3", "4"], kept.Select(request => request.RequestId));
    }
}
