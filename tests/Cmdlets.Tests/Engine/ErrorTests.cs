using System;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of errors in scripts: records, <c>$Error</c> and -ErrorAction.</summary>
public sealed class ErrorTests : IDisposable
{
    private const string NotFoundId =
        "JobNotFound,CodePipeline.ThirdParty.Commands.GetThirdPartyJobDetailCommand";

    private readonly FakeClient _client = new()
    {
        Details = () => throw new JobNotFoundException(FakeClient.Error("JobNotFoundException")),
    };

    private readonly HostedEngine _engine;

    public ErrorTests() => _engine = new HostedEngine(_client);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void ServiceError_HasCompleteErrorRecord()
    {
        ErrorRecord error = _engine.Run("Get-CPThirdPartyJobDetail job-1").Error;

        Assert.Equal(NotFoundId, error.FullyQualifiedErrorId);
        Assert.Equal(
            (ErrorCategory.ObjectNotFound, "Get-CPThirdPartyJobDetail", nameof(JobNotFoundException)),
            (error.CategoryInfo.Category, error.CategoryInfo.Activity, error.CategoryInfo.Reason));
        Assert.Equal(("job-1", "job-1"), (error.TargetObject, error.CategoryInfo.TargetName));
        Assert.Contains("the service's words", error.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Equal("request-7", Assert.IsType<JobNotFoundException>(error.Exception).Error.RequestId);
        Assert.Equal(
            ("Get-CPThirdPartyJobDetail", 1),
            (error.InvocationInfo.MyCommand.Name, error.InvocationInfo.ScriptLineNumber));
    }

    [Fact]
    public void Error_IsFirstInErrorListAndCallFailed()
    {
        EngineRun run = _engine.Run("Get-CPThirdPartyJobDetail job-1; $?; $Error.Count; $Error[0]");

        Assert.Equal(new object[] { false, 1 }, run.Output.Take(2));
        Assert.Same(run.Error, run.Output[2]);
    }

    [Fact]
    public void Error_OfAPipedJob_IsAboutTheJob()
    {
        ThirdPartyJob job = _client.Job();

        Assert.Same(job, _engine.Run("$args[0] | Get-CPThirdPartyJobDetail", job).Error.TargetObject);
    }

    [Fact]
    public void Errors_OfManyJobs_LetTheOthersGoOn()
    {
        int calls = 0;
        _client.Details = () => ++calls % 2 == 1
            ? throw new JobNotFoundException(FakeClient.Error("JobNotFoundException"))
            : new JobDetailsResponse { Nonce = "n" };

        EngineRun run = _engine.Run("'a', 'b', 'c', 'd' | Get-CPThirdPartyJobDetail");

        Assert.Equal(new[] { "a", "c" }, run.Errors.Select(error => error.TargetObject));
        Assert.Equal(new[] { "b", "d" }, run.Output.Cast<ThirdPartyJobDetail>().Select(job => job.JobId));
    }

    [Theory]
    [InlineData("'a', 'b' | Get-CPThirdPartyJobDetail -ErrorAction Stop; 'went on'")]
    [InlineData("$ErrorActionPreference = 'Stop'; 'a', 'b' | Get-CPThirdPartyJobDetail; 'went on'")]
    public void ActionStop_EndsTheScriptAtTheFirstError(string script)
    {
        EngineRun run = _engine.Run(script);

        Assert.Equal(NotFoundId, run.End!.ErrorRecord.FullyQualifiedErrorId);
        Assert.Equal("a", run.End.ErrorRecord.TargetObject);
        Assert.Empty(run.Output);
        Assert.Single(_client.Calls);
    }

    [Fact]
    public void ErrorActionStop_CaughtByExceptionType() => Assert.Equal(
        $"{NotFoundId} of job-1",
        _engine.Run(
            """
            try { Get-CPThirdPartyJobDetail job-1 -ErrorAction Stop }
            catch [CodePipeline.ThirdParty.Client.InvalidNonceException] { 'another error' }
            catch [CodePipeline.ThirdParty.Client.JobNotFoundException] {
                "$($_.FullyQualifiedErrorId) of $($_.TargetObject)"
            }
            """).Single<string>());

    [Theory]
    [InlineData("SilentlyContinue", 1)]
    [InlineData("Ignore", 0)]
    public void ErrorActionSilent_ShowsNothing(string action, int kept)
    {
        EngineRun run = _engine.Run($"Get-CPThirdPartyJobDetail job-1 -ErrorAction {action}; $Error.Count");

        Assert.Equal(kept, run.Single<int>());
    }

    [Fact]
    public void ErrorVariable_HasTheErrors()
    {
        EngineRun run = _engine.Run(
            "'a', 'b' | Get-CPThirdPartyJobDetail -ErrorVariable failed -ErrorAction SilentlyContinue; $failed");

        Assert.Equal(new[] { "a", "b" }, run.All<ErrorRecord>().Select(error => error.TargetObject));
    }

    [Fact]
    public void TerminatingError_TryCatch_NeedsNoErrorAction()
    {
        EngineRun run = _engine.Run(
            """
            try { 'a', 'b' | Get-CPThirdPartyJobDetail -Session none; 'went on' }
            catch { $_ }
            """);

        ErrorRecord error = run.Single<ErrorRecord>();
        Assert.Equal(
            "SessionNotFound,CodePipeline.ThirdParty.Commands.GetThirdPartyJobDetailCommand",
            error.FullyQualifiedErrorId);
        Assert.Equal("Use one of: Default.", error.ErrorDetails.RecommendedAction);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Exception_Unexpected_IsTerminatingError()
    {
        _client.Details = () => throw new FormatException("a mistake of ours");

        ErrorRecord error = _engine.Run(
            "try { 'a', 'b' | Get-CPThirdPartyJobDetail } catch { $_ }").Single<ErrorRecord>();

        Assert.StartsWith("Unexpected,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(_client.Calls);
    }

    [Fact]
    public void ErrorRecord_Report_OmitsPosition()
    {
        using var folder = new TempFolder();
        string script = folder.Write("work.ps1", "\n\n$key = 'sentinel'; throw 'it broke'\n");

        _engine.Run(
            """
            try { & $args[0] } catch { Complete-CPThirdPartyJob job-1 -ErrorRecord $_ -FailureType PermissionError }
            """,
            script).All<object>();

        Assert.Equal(
            new FailureResult(FailureType.PermissionError, "it broke", null),
            Assert.Single(_client.Calls).Input);
    }

    [Fact]
    public void ScriptMessages_StayUnchanged()
    {
        using var folder = new TempFolder();
        string script = folder.Write("deploy.ps1", "throw '3 links lead nowhere: /docs/a.html'\n");

        ThirdPartyJobOutcome outcome = _engine.Run(
            "try { & $args[0] } catch { New-CPThirdPartyJobOutcome -ErrorRecord $_ }", script)
            .Single<ThirdPartyJobOutcome>();

        Assert.Equal("3 links lead nowhere: /docs/a.html", outcome.FailureMessage);
    }

    [Theory]
    [InlineData("1 / 0", "divide by zero")]
    [InlineData("Get-Item /no/such/file -ErrorAction Stop", "'…/file'")]
    [InlineData("[int]'x'", "\"x\"")]
    [InlineData("throw [InvalidOperationException]::new('outer', [Exception]::new('inner'))", "outer: inner")]
    [InlineData("throw", "The job failed without a message.")]
    [InlineData("Get-CPThirdPartyJobDetail job-1 -ErrorAction Stop", "the service's words")]
    [InlineData("NoSuch-Command", "NoSuch-Command")]
    public void ErrorRecord_AnySource_KeepsMessage(string failing, string words)
    {
        _engine.Run($"try {{ {failing} }} catch {{ Complete-CPThirdPartyJob job-1 -ErrorRecord $_ }}").All<object>();

        Assert.Contains(
            words, Assert.IsType<FailureResult>(_client.Calls.Last().Input).Message, StringComparison.Ordinal);
    }
}
