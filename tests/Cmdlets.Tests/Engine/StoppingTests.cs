using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of Ctrl+C: a waiting cmdlet ends immediately and leaves nothing behind.</summary>
public sealed class StoppingTests : IDisposable
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TempFolder _folder = new();
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public StoppingTests() => _engine = new HostedEngine(_client);

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1")]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1 -Wait")]
    [InlineData("Get-CPThirdPartyJobDetail job-1")]
    [InlineData("Confirm-CPThirdPartyJob job-1")]
    [InlineData("Confirm-CPThirdPartyJob job-1 -Nonce n")]
    [InlineData("Complete-CPThirdPartyJob job-1 -PassThru")]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage m")]
    [InlineData("Save-CPThirdPartyJobArtifact -JobId job-1")]
    [InlineData("Publish-CPThirdPartyJobArtifact . -JobId job-1")]
    [InlineData("Test-CPThirdPartyConnection -Quiet -EndpointUrl http://127.0.0.1:1/")]
    [InlineData("'a', 'b' | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob")]
    public async Task Stop_WhileWaitingForResponse_EndsAtOnce(string script)
    {
        _client.Wait = HangAsync;
        _client.Poll = async stop =>
        {
            await HangAsync(stop);
            return Array.Empty<PolledJob>();
        };

        await StopAsync(script);

        Assert.Single(_client.Calls);
    }

    [Fact]
    public async Task Wait_ForAJob_EndsAtOnce()
    {
        _client.Poll = _ =>
        {
            _waiting.TrySetResult();
            return Task.FromResult<IReadOnlyList<PolledJob>>(Array.Empty<PolledJob>());
        };

        await StopAsync("Get-CPThirdPartyJob Test/Contoso/1 -Wait -PollInterval 3600");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Worker_WithoutAJob_EndsAtOnce(int handlers)
    {
        _client.Poll = _ =>
        {
            _waiting.TrySetResult();
            return Task.FromResult<IReadOnlyList<PolledJob>>(Array.Empty<PolledJob>());
        };

        await StopAsync(
            "Invoke-CPThirdPartyWorker Test/Contoso/1 { } -PollInterval 3600 -ThrottleLimit $args[0]", handlers);
    }

    [Theory]
    [InlineData(1, "$waiting")]
    [InlineData(2, "$using:waiting")]
    public async Task Worker_InHandler_ReportsJobAndCleansUp(int handlers, string waiting)
    {
        string work = _folder.PathOf("work");

        await StopAsync(
            $$"""
            Invoke-CPThirdPartyWorker Test/Contoso/1 {
                $started = {{waiting}}
                $null = New-Item "$($_.WorkDirectory)/left.txt"
                $null = $started.TrySetResult()
                Start-Sleep 3600
            } -MaxJobs 1 -StopTimeout 0 -ThrottleLimit $args[0] -WorkDirectory $args[1]
            """,
            handlers, work);

        (string operation, string? jobId, _, object? input) = _client.Calls.Last();
        Assert.Equal(("Failure", "job-1"), (operation, jobId));
        Assert.Equal(FailureType.SystemUnavailable, Assert.IsType<FailureResult>(input).Type);
        Assert.Empty(Directory.GetFileSystemEntries(work));
    }

    [Fact]
    public async Task ScriptBlockForTokens_IsStopped()
    {
        await StopAsync(
            """
            Get-CPThirdPartyJobDetail job-1 -ClientId client-1 -ClientToken {
                $null = $waiting.TrySetResult()
                Start-Sleep 3600
            }
            """);

        Assert.Empty(_client.Calls);
    }

    [Fact]
    public async Task Save_InTheMiddle_LeavesNoPart()
    {
        using var service = new EmulatedService();
        ThirdPartyJobDetail job = service.PolledJob(["Out"], "In");
        service.Order("slow=1@GetObject,delay=3600s");
        Task<EngineRun> stopped = StopAsync(
            "$args[0] | Save-CPThirdPartyJobArtifact $args[1]", job, _folder.PathOf("in"));
        await Until.TrueAsync(() => service.Emulator.GetRequests().Any(request => request.Operation == "GetObject"));
        _waiting.TrySetResult();

        await stopped;

        Assert.Empty(Directory.GetFileSystemEntries(_folder.PathOf(".")));
    }

    [Fact]
    public async Task Publish_InTheMiddle_EndsAtOnce()
    {
        using var service = new EmulatedService();
        ThirdPartyJobDetail job = service.PolledJob(["Out"]);
        service.Order("slow=1@PutObject,delay=3600s");
        Task<EngineRun> stopped = StopAsync(
            "$args[0] | Publish-CPThirdPartyJobArtifact $args[1]", job, _folder.Write("out.txt", "result"));
        await Until.TrueAsync(() => service.Emulator.GetRequests().Any(request => request.Operation == "PutObject"));
        _waiting.TrySetResult();

        await stopped;
    }

    [Fact]
    public async Task Runspace_GoesOnAfterAStop()
    {
        _client.Wait = HangAsync;
        await StopAsync("Get-CPThirdPartyJobDetail job-1");
        _client.Wait = _ => Task.CompletedTask;

        Assert.Equal("job-2", _engine.Run("Get-CPThirdPartyJobDetail job-2").Single<ThirdPartyJobDetail>().JobId);
    }

    private async Task HangAsync(CancellationToken stop)
    {
        _waiting.TrySetResult();
        await Task.Delay(Timeout.Infinite, stop);
    }

    /// <summary>
    /// Stops a script while it waits. The script must write no output and no error, neither then nor later.
    /// </summary>
    private async Task<EngineRun> StopAsync(string script, params object?[] arguments)
    {
        _engine.Run("$waiting = $args[0]", _waiting);
        using EngineCall call = _engine.Start(script, arguments);
        await Task.WhenAny(_waiting.Task, call.EndAsync());
        if (!_waiting.Task.IsCompleted)
        {
            Assert.Fail($"The script ended before it waited: {await call.EndAsync()}");
        }

        var watch = Stopwatch.StartNew();
        await call.StopAsync();
        EngineRun run = await call.EndAsync();

        Assert.True(watch.Elapsed < Until.Soon, $"It took {watch.Elapsed}.");
        Assert.Equal(PSInvocationState.Stopped, run.State);
        Assert.IsType<PipelineStoppedException>(run.End);
        Assert.Empty(run.Output);
        Assert.Empty(run.Errors);
        Assert.Equal(0, _engine.Run("$Error.Count").Single<int>());
        return run;
    }
}
