using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Hosting.Handlers;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class WorkerTests
{
    private const string ApiKey = "SENTINEL-api-key";
    private const string Project = "SENTINEL-project";

    private readonly FakeClient _client = new()
    {
        Details = () => new JobDetails
        {
            Id = "job-1",
            Nonce = "nonce-1",
            Configuration = new JobConfiguration(
                new Dictionary<string, string> { ["ApiKey"] = ApiKey, ["Project"] = Project }),
        },
    };

    private readonly FakeHost _host;

    public WorkerTests() => _host = _client.Host();

    [Fact]
    public void Handler_ThatEnds_IsSuccess()
    {
        ThirdPartyJob? seen = null;
        _host.Handler = call => seen = call.Job;

        ThirdPartyJobResult result = RunOne();

        Assert.Equal(("job-1", "client-1", "Succeeded"), (result.JobId, result.ClientId, result.Outcome));
        Assert.Equal("job-1", Assert.IsType<ThirdPartyWorkerJob>(seen).JobId);
        Assert.Equal(
            new[] { "Poll", "Details", "Acknowledge", "Success" }, _client.Calls.Select(call => call.Operation));
    }

    [Fact]
    public void Handler_RunsOnThePipelineThread()
    {
        int? thread = null;
        _host.Handler = _ => thread = Environment.CurrentManagedThreadId;

        RunOne();

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void LastOutcomeOfAHandler_IsTheJobs()
    {
        _host.Handler = call =>
        {
            call.Take(ThirdPartyJobOutcome.Of(new SuccessResult { Summary = "first" }));
            call.Take("text");
            call.Take(ThirdPartyJobOutcome.Of(new SuccessResult { Summary = "last", ContinuationToken = "ref" }));
        };

        ThirdPartyJobResult result = RunOne();

        Assert.Equal(("Continued", "last"), (result.Outcome, result.Message));
        Assert.Equal("ref", Assert.IsType<SuccessResult>(_client.Calls.Last().Input).ContinuationToken);
    }

    [Fact]
    public void OtherOutput_IsShownWithTheJobAndNeverEmitted()
    {
        _host.Handler = call => call.Take("one\ntwo");

        RunOne();

        Assert.Equal("[job-1] one\n[job-1] two", Assert.Single(_host.Texts("Output")));
    }

    [Theory]
    [InlineData(HandlerEndKind.Exited, "JobFailed", "The handler ended itself with 'exit 3'.")]
    [InlineData(HandlerEndKind.Stopped, "SystemUnavailable", "The worker was stopped while the handler ran.")]
    [InlineData(HandlerEndKind.Broken, "SystemUnavailable", "The runspace of the handler closed while it ran: gone")]
    public void EachOtherWayOut_IsAFailureThatSaysSo(object kind, string type, string message)
    {
        _host.Handler = call => call.End = new HandlerEnd((HandlerEndKind)kind) { ExitCode = "3", Reason = "gone" };

        ThirdPartyJobResult result = RunOne();

        Assert.Equal(("Failed", type, message), (result.Outcome, result.FailureType.ToString(), result.Message));
        Assert.Contains(_host.Texts("warning"), text => text.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Error_IsShownOnceAndReported()
    {
        _host.Handler = call => call.End = new HandlerEnd(HandlerEndKind.Failed) { Error = Error($"no {ApiKey} here") };

        ThirdPartyJobResult result = RunOne();

        Assert.Equal(("Failed", "no *** here"), (result.Outcome, result.Message));
        Assert.Equal("[job-1] no *** here", Assert.Single(_host.Texts("Error")));
        Assert.Empty(_host.Texts("warning"));
        Assert.Equal("no *** here", Assert.IsType<FailureResult>(_client.Calls.Last().Input).Message);
    }

    [Fact]
    public void SecretsOfTheJob_AreMaskedInAllThatAHandlerWrites()
    {
        string[] secrets = { ApiKey, Project, FakeClient.Token.Reveal(), Uri.EscapeDataString(ApiKey) };
        _host.Handler = call =>
        {
            foreach (string secret in secrets)
            {
                call.Take(secret);
                call.Take(new WarningRecord(secret));
                call.Take(new VerboseRecord(secret));
                call.Take(new InformationRecord(secret, "x"));
                call.Take(new InformationRecord(new HostInformationMessage { Message = secret }, "x"));
                call.Take(Error(secret));
            }
        };

        RunOne(command => command.SecretConfigurationKey = new[] { "project" });

        Assert.True(_host.All.Count >= 24);
        string all = string.Join("\n", _host.All);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    [Fact]
    public void ConfigurationValue_WhoseKeyIsNotNamed_IsNoSecret()
    {
        _host.Handler = call => call.Take(Project);

        RunOne();

        Assert.Equal($"[job-1] {Project}", Assert.Single(_host.Texts("Output")));
    }

    [Fact]
    public void WhatIf_TouchesNothing()
    {
        _host.Agrees = false;
        using var folder = new TempFolder();

        Command(command => command.LogPath = folder.PathOf("log")).Run(_host);

        Assert.Empty(_client.Calls);
        Assert.Empty(_host.Objects);
        Assert.Equal(
            ("jobs of Test/Contoso/1 in us-east-1", "Poll for, claim, run and complete"),
            (_host.Questions.Single().Target, _host.Questions.Single().Action));
    }

    [Fact]
    public void Members_MakeAnActionType()
    {
        _host.Agrees = false;

        Command(command =>
        {
            command.ActionType = null;
            command.Category = "Build";
            command.Provider = "Contoso";
            command.Version = "2";
        }).Run(_host);

        Assert.StartsWith("jobs of Build/Contoso/2", _host.Questions.Single().Target, StringComparison.Ordinal);
    }

    [Fact]
    public void SecretKeyWithoutAccessKey_IsExplained()
    {
        FakeHost host = Command(command => command.SecretKey = new Secret("ApiKey")).Run(_host);

        Assert.Contains("-SecretConfigurationKey", Assert.Single(host.Errors).Advice, StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void FileThatIsNotThere_IsAnErrorBeforeAnyPoll()
    {
        var failed = Assert.Throws<TerminatedException>(() => Command(command =>
        {
            command.ScriptBlock = null;
            command.FilePath = "deploy.ps1";
        }).Run(_host));

        Assert.Equal("HandlerFileNotFound", failed.Error.Id);
        Assert.Contains("/resolved/deploy.ps1", failed.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void File_RunsInAScopeOfItsOwn()
    {
        bool? isFile = null;
        _host.Files["/resolved/deploy.ps1"] = ScriptBlock.Create("param($Job)");
        _host.Handler = call => isFile = call.Script.IsFile;

        RunOne(command =>
        {
            command.ScriptBlock = null;
            command.FilePath = "deploy.ps1";
        });

        Assert.True(isFile);
    }

    [Fact]
    public void Log_IsItsOwnersOnly_AlsoWhereItWasThereBefore()
    {
        using var folder = new TempFolder();
        string earlier = folder.Write("earlier", "line\n");
        _host.Resolve = folder.PathOf;
        _host.Handler = _ => { };

        foreach (string name in new[] { "fresh", "earlier" })
        {
            Command(command => command.LogPath = name).Run(_host);
            Assert.True(
                OperatingSystem.IsWindows()
                    || File.GetUnixFileMode(folder.PathOf(name)) == (UnixFileMode.UserRead | UnixFileMode.UserWrite),
                name);
        }

        Assert.StartsWith("line\n", File.ReadAllText(earlier), StringComparison.Ordinal);
    }

    [Fact]
    public void LogThatCannotBeOpened_IsAnErrorBeforeAnyPoll()
    {
        var failed = Assert.Throws<TerminatedException>(() => Command(command => command.LogPath = "log").Run(_host));

        Assert.Equal("LogUnusable", failed.Error.Id);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Stop_FailsTheJobThatWaitsForThePipelineThread()
    {
        using InvokeThirdPartyWorkerCommand command = Command(each => each.StopTimeout = TimeSpan.FromSeconds(1));
        command.Shell = _host;
        _host.Handler = call =>
        {
            // What PowerShell does on Ctrl+C: it tells the cmdlet, and ends the handler's own pipeline.
            command.Stop();
            call.End = HandlerEnd.Stopped;
        };

        command.Begin();
        command.Process();

        FailureResult failure = Assert.IsType<FailureResult>(_client.Calls.Last().Input);
        Assert.Equal(FailureType.SystemUnavailable, failure.Type);
    }

    [Fact]
    public void PipelineThatEndsEarly_StillReportsTheJob()
    {
        _host.OnObject = _ => throw new PipelineStoppedException();

        Assert.Throws<PipelineStoppedException>(() => RunOne());

        Assert.Equal("Success", _client.Calls.Last().Operation);
    }

    private static ErrorRecord Error(string message) =>
        new(new InvalidOperationException(message), "id", ErrorCategory.InvalidData, null);

    private static InvokeThirdPartyWorkerCommand Command(Action<InvokeThirdPartyWorkerCommand>? with = null)
    {
        var command = new InvokeThirdPartyWorkerCommand
        {
            ActionType = new[] { FakeClient.Type },
            ScriptBlock = ScriptBlock.Create("the handler"),
            MaxJobs = 1,
        };
        with?.Invoke(command);
        return command;
    }

    private ThirdPartyJobResult RunOne(Action<InvokeThirdPartyWorkerCommand>? with = null)
    {
        FakeHost host = Command(with).Run(_host);
        Assert.Empty(host.Errors);
        return Assert.IsType<ThirdPartyJobResult>(Assert.Single(host.Objects));
    }
}
