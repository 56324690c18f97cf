using System;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of pipeline binding by value and by property name.</summary>
public sealed class BindingTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public BindingTests() => _engine = new HostedEngine(_client);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Job_BindsToEachCmdletOfThePipeline()
    {
        ThirdPartyJobDetail job = _engine.Run(
            """
            Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob |
                Complete-CPThirdPartyJob -Summary 'ok' -PassThru
            """).Single<ThirdPartyJobDetail>();

        Assert.Equal(("job-1", "client-1", JobStatus.Succeeded), (job.JobId, job.ClientId, job.Status));
        Assert.Equal(
            new[]
            {
                ("Poll", null, null), ("Details", "job-1", null), ("Acknowledge", "job-1", "nonce-1"),
                ("Success", "job-1", "ok"),
            },
            _client.Calls.Select(call => (call.Operation, call.JobId, call.Input switch
            {
                string nonce => nonce,
                SuccessResult result => result.Summary,
                _ => null,
            })));
    }

    [Theory]
    [InlineData("'a', 'b'")]
    [InlineData("[pscustomobject]@{ JobId = 'a' }, [pscustomobject]@{ jobid = 'b' }")]
    [InlineData("('{ \"jobId\": \"a\" }', '{ \"jobId\": \"b\" }' | ConvertFrom-Json)")]
    [InlineData("[pscustomobject]@{ JobId = 'a' }, 'b'")]
    public void JobId_BindsByValueAndByName(string jobs)
    {
        _engine.Run(jobs + " | Get-CPThirdPartyJobDetail").All<ThirdPartyJobDetail>();

        Assert.Equal(new[] { "a", "b" }, _client.Calls.Select(call => call.JobId));
    }

    [Fact]
    public void PropertiesOfAnObject_BindByName()
    {
        var other = new FakeClient();
        _engine.Sessions.Add(other.Session("other"));

        ThirdPartyJob job = _engine.Run(
            """
            [pscustomobject]@{
                JobId = 'a'; ClientId = 'client-9'; ClientToken = 'its-token'; Nonce = 'its-nonce'; Session = 'other'
            } | Confirm-CPThirdPartyJob
            """).Single<ThirdPartyJob>();

        Assert.Equal("client-9", job.ClientId);
        Assert.Equal(("Acknowledge", "a", "its-token", "its-nonce"), Assert.Single(other.Calls));
    }

    [Fact]
    public void Parameters_WinOverPropertiesOfTheObject()
    {
        _engine.Run(
            """
            [pscustomobject]@{ JobId = 'a'; ClientToken = 'its-token'; Nonce = 'its-nonce' } |
                Confirm-CPThirdPartyJob -ClientToken 'typed-token' -Nonce 'typed-nonce'
            """).Single<ThirdPartyJob>();

        Assert.Equal(("Acknowledge", "a", "typed-token", "typed-nonce"), Assert.Single(_client.Calls));
    }

    [Fact]
    public void PipedProperty_Null_CountsAsMissing()
    {
        _engine.Run(
            """
            [pscustomobject]@{ JobId = 'a'; ClientId = $null; ClientToken = $null; Nonce = $null; Session = $null } |
                Confirm-CPThirdPartyJob
            """).Single<ThirdPartyJobDetail>();

        Assert.Equal(
            new[] { ("Details", FakeClient.Token.Reveal()), ("Acknowledge", FakeClient.Token.Reveal()) },
            _client.Calls.Select(call => (call.Operation, call.Token!)));
    }

    [Fact]
    public void PipedJob_OtherSession_UsesThatSession()
    {
        var other = new FakeClient();

        _engine.Run("$args[0] | Get-CPThirdPartyJobDetail", other.Job()).Single<ThirdPartyJobDetail>();

        Assert.Empty(_client.Calls);
        Assert.Single(other.Calls);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ clientToken = 'sentinel' }")]
    [InlineData("@{ clientToken = 'sentinel' }")]
    [InlineData("[ordered]@{ clientToken = 'sentinel' }")]
    public void PipedObject_NoJobId_RejectedAndNotDisplayed(string piped)
    {
        _engine.Run($"$piped = {piped}");
        EngineRun run = _engine.Run(
            "$piped | Get-CPThirdPartyJobDetail; $Error | Format-List * -Force | Out-String -Width 999");

        Assert.Equal("InvalidInput,CodePipeline.ThirdParty.Commands.GetThirdPartyJobDetailCommand",
            run.Error.FullyQualifiedErrorId);
        Assert.Contains("no jobId", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("JobId", run.Error.TargetObject);
        Assert.DoesNotContain("sentinel", Assert.IsType<string>(Assert.Single(run.Output)), StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Theory]
    [InlineData("$args[0]")]
    [InlineData("[pscustomobject]@{ JobId = 'job-1'; Status = 'InProgress'; ContinuationToken = 'of the last job' }")]
    public void ContinuationTokenOfTheJob_DoesNotBind(string piped)
    {
        var detail = new ThirdPartyJobDetail(
            _client.Job(), new JobDetailsResponse { ContinuationToken = "of the earlier job" });

        _engine.Run(piped + " | Complete-CPThirdPartyJob", detail).All<object>();

        Assert.Null(Assert.IsType<SuccessResult>(Assert.Single(_client.Calls).Input).ContinuationToken);
    }

    [Fact]
    public void InputFileOfTheAwsCli_BindsAsAWhole()
    {
        _engine.Run(
            """
            '{ "jobId": "a", "clientToken": "its-token", "continuationToken": "step 2",
               "executionDetails": { "summary": "done", "externalExecutionId": "7", "percentComplete": 50 },
               "currentRevision": {
                   "revision": "r", "changeIdentifier": "c", "created": 1769853600.5, "revisionSummary": "what" } }' |
                ConvertFrom-Json | Complete-CPThirdPartyJob
            """).All<object>();

        (string operation, string? jobId, string? token, object? input) = Assert.Single(_client.Calls);
        SuccessResult result = Assert.IsType<SuccessResult>(input);
        Assert.Equal(("Success", "a", "its-token"), (operation, jobId, token));
        Assert.Equal(
            ("step 2", "done", "7", 50),
            (result.ContinuationToken, result.Summary, result.ExternalExecutionId, result.PercentComplete));
        Assert.Equal(
            new JobRevision("r", "c", DateTimeOffset.FromUnixTimeMilliseconds(1769853600500), "what"), result.Revision);
    }

    [Fact]
    public void RequestOfAPoll_BindsByName()
    {
        _engine.Run(
            """
            '{ "actionTypeId": { "category": "Test", "owner": "ThirdParty", "provider": "Contoso", "version": "1" },
               "maxBatchSize": 3 }' | ConvertFrom-Json | Get-CPThirdPartyJob
            """).Single<ThirdPartyJob>();

        Assert.Equal((FakeClient.Type, (int?)3), Assert.Single(_client.Calls).Input);
    }

    [Fact]
    public void Skeleton_IsAnObjectOfItsOperation()
    {
        PSObject skeleton = _engine.Run("'AcknowledgeThirdPartyJob' | New-CPThirdPartySkeleton").Single<PSObject>();

        Assert.Equal(
            new[] { "clientToken", "jobId", "nonce" },
            skeleton.Properties.Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Session_BindsToDisconnectByItsName()
    {
        _engine.Run("Connect-CPThirdParty other -Region eu-west-1 -PassThru | Disconnect-CPThirdParty").All<object>();

        Assert.Equal("Default", Assert.Single(_engine.Sessions.All()).Name);
    }

    [Fact]
    public void NamesOfSessions_BindByValue() => Assert.Equal(
        "Default", _engine.Run("'Def*', 'x*' | Get-CPThirdPartySession").Single<ThirdPartySession>().Name);

    [Fact]
    public void TokenScriptBlock_CalledOncePerClient()
    {
        _engine.Run(
            """
            $asked = @()
            'a', 'b', 'a' | ForEach-Object { [pscustomobject]@{ JobId = "job-of-$_"; ClientId = $_ } } |
                Get-CPThirdPartyJobDetail -ClientToken {
                    param($ClientId)
                    $script:asked += $ClientId
                    $null
                    "token-of-$ClientId"
                }
            """).All<ThirdPartyJobDetail>();

        Assert.Equal(
            new[] { "token-of-a", "token-of-b", "token-of-a" }, _client.Calls.Select(call => call.Token));
        Assert.Equal(new[] { "a", "b" }, _engine.Run("$asked").All<string>());
    }

    [Fact]
    public void TokenScriptBlock_Throws_FailsThatJobOnly()
    {
        EngineRun run = _engine.Run(
            """
            'bad', 'good' | ForEach-Object { [pscustomobject]@{ JobId = "job-of-$_"; ClientId = $_ } } |
                Get-CPThirdPartyJobDetail -ClientToken {
                    param($ClientId)
                    if ($ClientId -eq 'bad') { throw 'no such client' }
                    'good-token'
                }
            """);

        Assert.StartsWith("ClientTokenSourceFailed,", run.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("job-of-bad", run.Error.TargetObject);
        Assert.Contains("no such client", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("job-of-good", Assert.IsType<ThirdPartyJobDetail>(Assert.Single(run.Output)).JobId);
    }

    [Fact]
    public void ScriptBlockForAPath_IsRunForEachJob()
    {
        EngineRun run = _engine.Run(
            """
            'a', 'b' | Save-CPThirdPartyJobArtifact -Destination { throw "no folder for $_" }
            'a', 'b' | Publish-CPThirdPartyJobArtifact -Path { throw "no file for $_" }
            """);

        Assert.Equal(
            new[] { "no folder for a", "no folder for b", "no file for a", "no file for b" },
            run.Errors.Select(error => error.Exception.InnerException!.Message));
    }
}
