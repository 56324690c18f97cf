using System;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of output through PowerShell's common parameters and streams.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public OutputTests() => _engine = new HostedEngine(_client);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void OutVariable_HasWhatIsEmitted()
    {
        EngineRun run = _engine.Run(
            """
            'a', 'b' | Get-CPThirdPartyJobDetail -OutVariable kept | Out-Null
            'c' | Get-CPThirdPartyJobDetail -OutVariable +kept | Out-Null
            $kept
            """);

        Assert.Equal(new[] { "a", "b", "c" }, run.All<ThirdPartyJobDetail>().Select(job => job.JobId));
    }

    [Fact]
    public void PipelineVariable_IsTheJobOfTheRecord() => Assert.Equal(
        new[] { "a a", "b b" },
        _engine.Run(
            """
            'a', 'b' | Get-CPThirdPartyJobDetail -PipelineVariable detail | Confirm-CPThirdPartyJob |
                ForEach-Object { "$($detail.JobId) $($_.JobId)" }
            """).All<string>());

    [Fact]
    public void Job_IsClaimedBeforeTheNextOneIsRead()
    {
        _engine.Run("'a', 'b' | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob").All<ThirdPartyJobDetail>();

        Assert.Equal(
            new[] { "Details a", "Acknowledge a", "Details b", "Acknowledge b" },
            _client.Calls.Select(call => $"{call.Operation} {call.JobId}"));
    }

    [Fact]
    public void SelectFirst_EndsTheCmdletsBeforeIt()
    {
        _client.Poll = _ => Task.FromResult<System.Collections.Generic.IReadOnlyList<PolledJob>>(
            Enumerable.Range(1, 50).Select(i => new PolledJob($"job-{i}", "client-1")).ToArray());

        ThirdPartyJobDetail first = _engine.Run(
            "Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Select-Object -First 1")
            .Single<ThirdPartyJobDetail>();

        Assert.Equal("job-1", first.JobId);
        Assert.Equal(new[] { "Poll", "Details" }, _client.Calls.Select(call => call.Operation));
    }

    [Fact]
    public void Verbose_SaysWhatIsDone()
    {
        EngineRun run = _engine.Run("Get-CPThirdPartyJob Test/Contoso/1 -Verbose");

        Assert.Equal(
            new[]
            {
                "Polling for jobs of Test/Contoso/1 in us-east-1 (PollForThirdPartyJobs).",
                "Received 1 job of Test/Contoso/1.",
            },
            run.Verbose);
        Assert.Empty(run.Debug);
    }

    [Fact]
    public void Debug_ShowsTheWireAndAsksNothing()
    {
        EngineRun run = _engine.Run("Get-CPThirdPartyJob Test/Contoso/1 -Debug");

        Assert.Contains("Poll on the wire", run.Debug);
        Assert.Empty(_engine.Host.Questions);
    }

    [Theory]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1")]
    [InlineData("$VerbosePreference = 'Continue'; Get-CPThirdPartyJob Test/Contoso/1 -Verbose:$false")]
    public void Streams_NotRequested_AreSilent(string script)
    {
        EngineRun run = _engine.Run(script);

        Assert.Empty(run.Verbose.Concat(run.Debug).Concat(run.Warnings));
    }

    [Fact]
    public void Warning_IsKeptByItsVariable()
    {
        EngineRun run = _engine.Run(
            """
            Complete-CPThirdPartyJob job-1 -Summary ('x' * 2049) -WarningVariable said -WarningAction SilentlyContinue
            $said.Count
            """);

        Assert.Equal(1, run.Single<int>());
        Assert.Empty(run.Warnings);
        Assert.Equal(2048, Assert.IsType<SuccessResult>(Assert.Single(_client.Calls).Input).Summary!.Length);
    }

    [Fact]
    public void Selection_IsEmittedInItsType()
    {
        EngineRun run = _engine.Run(
            """
            Get-CPThirdPartyJobDetail job-1 -Select Nonce
            Confirm-CPThirdPartyJob job-1 -Select ^JobId
            Confirm-CPThirdPartyJob job-1 -Select *
            """);

        Assert.Equal(
            new[] { typeof(string), typeof(string), typeof(AcknowledgeThirdPartyJobResponse) },
            run.All<object>().Select(each => each.GetType()));
    }
}
