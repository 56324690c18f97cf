using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class WorkerTests
{
    private const string ApiKey = "SENTINEL-api-key";
    private const string Project = "SENTINEL-project";

    private readonly FakeClient _client = new()
    {
        Details = () => new JobDetailsResponse
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

        JobReport result = RunOne();

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
    public void OutcomeOfAHandler_IsTheJobs()
    {
        _host.Handler = call =>
        {
            call.AddOutput("text");
            call.AddOutput(ThirdPartyJobOutcome.From(
                new SuccessResult { Summary = "some", ContinuationToken = "ref" }));
        };

        JobReport result = RunOne();

        Assert.Equal(("Continued", "some"), (result.Outcome, result.Message));
        Assert.Equal("ref", Assert.IsType<SuccessResult>(_client.Calls.Last().Input).ContinuationToken);
    }

    [Fact]
    public void Outcomes_Two_FailJob()
    {
        _host.Handler = call =>
        {
            call.AddOutput(Succeeded("one"));
            call.AddOutput(Succeeded("two"));
        };

        Assert.Equal("The handler returned 2 outcomes, but a job has exactly one.", RunOne().Message);
    }

    [Fact]
    public void Outcomes_TwoWithFailure_ReportFailure()
    {
        _host.Handler = call =>
        {
            call.AddOutput(Succeeded("one"));
            call.AddOutput(Failed("two"));
        };

        JobReport result = RunOne();

        Assert.Equal((FailureType.ConfigurationError, "two"), (result.FailureType!.Value, result.Message));
    }

    [Theory]
    [InlineData(HandlerCompletionKind.Completed, "The outcome's own words.")]
    [InlineData(HandlerCompletionKind.Failed, "The outcome's own words.")]
    [InlineData(HandlerCompletionKind.Exited, "The outcome's own words.")]
    public void FailureOutcome_AnyCompletion_IsKept(object kind, string message)
    {
        _host.Handler = call =>
        {
            call.AddOutput(Failed(message));
            call.End = new HandlerCompletion((HandlerCompletionKind)kind) { Error = Error("later"), ExitCode = "1" };
        };

        Assert.Equal(message, RunOne().Message);
    }

    [Theory]
    [InlineData("Stop", "Failed", "wrong")]
    [InlineData("Continue", "Succeeded", "done")]
    public void ErrorStream_WithSuccessOutcome_FailsJob(string action, string outcome, string message)
    {
        _host.Handler = call =>
        {
            call.AddOutput(Error("wrong"));
            call.AddOutput(Succeeded("done"));
        };

        JobReport result = RunOne(command => command.HandlerErrorAction = action);

        Assert.Equal((outcome, message), (result.Outcome, result.Message));
    }

    [Theory]
    [InlineData("Stop", "Failed", "The last program that the handler ran ended with exit code 3.")]
    [InlineData("Continue", "Succeeded", "done")]
    public void ExitCode_LastProgramNonzero_FailsJob(string action, string outcome, string message)
    {
        _host.Handler = call =>
        {
            call.AddOutput(Succeeded("done"));
            call.End = HandlerCompletion.Completed with { ProgramExitCode = "3" };
        };

        JobReport result = RunOne(command => command.HandlerErrorAction = action);

        Assert.Equal((outcome, message), (result.Outcome, result.Message));
    }

    [Fact]
    public void Outcome_InvalidWithContinue_FailsJob()
    {
        _host.Handler = call => call.AddOutput(new ErrorRecord(
            new InvalidOperationException("no message"),
            "InvalidInput,CodePipeline.ThirdParty.Commands.NewThirdPartyJobOutcomeCommand",
            ErrorCategory.InvalidArgument, null));

        JobReport result = RunOne(command => command.HandlerErrorAction = "Continue");

        Assert.Equal(("Failed", "no message"), (result.Outcome, result.Message));
    }

    [Fact]
    public void StandardErrorOfProgram_IsNotAnError()
    {
        _host.Handler = call => call.AddOutput(new ErrorRecord(
            new InvalidOperationException("12 %"), "NativeCommandErrorMessage", ErrorCategory.NotSpecified, null));

        Assert.Equal("Succeeded", RunOne().Outcome);
    }

    [Theory]
    [InlineData("list", "inside a list")]
    [InlineData("hashtable", "a hashtable instead of")]
    [InlineData("custom", "a custom object instead of")]
    public void OutcomeOfAWrongKind_IsAFailure(string kind, string words)
    {
        _host.Handler = call => call.AddOutput(kind switch
        {
            "list" => new object[] { "text", Failed("lost") },
            "hashtable" => new System.Collections.Hashtable { ["FailureMessage"] = "lost" },
            _ => CustomObject.Of(("FailureType", "JobFailed")),
        });

        JobReport result = RunOne();

        Assert.Equal("Failed", result.Outcome);
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_ObjectsOfOneKind_FormattedTogether()
    {
        var formatted = new List<(int Count, int Width)>();
        _host.Handler = call =>
        {
            call.FormatWith((objects, width) =>
            {
                formatted.Add((objects.Count, width));
                return $"\r\n  {objects.Count} of {objects[0].GetType().Name}   \r\n\r\n";
            });
            call.AddOutput(new Version(1, 0));
            call.AddOutput(new Version(2, 0));
            call.AddOutput(new Uri("http://host"));
            call.AddOutput(null);
            call.AddOutput("text");
            call.AddOutput(7);
            call.AddOutput(new Version(3, 0));
            call.Flush();
        };

        RunOne();

        Assert.Equal(
            new[]
            {
                "[job-1]   2 of Version", "[job-1]   1 of Uri", "[job-1] text", "[job-1] 7", "[job-1]   1 of Version",
            },
            _host.Texts("Output"));
        Assert.All(formatted, each => Assert.True(each.Width >= 120));
    }

    [Fact]
    public void Secret_SplitByFormatting_IsMasked()
    {
        _host.Handler = call =>
        {
            call.FormatWith((_, width) => width < 1000 ? ApiKey.Insert(8, "\n") : $"Key     {ApiKey}");
            call.AddOutput(new Version(1, 0));
            call.Flush();
        };

        RunOne();

        Assert.Equal("[job-1] Key  ***", Assert.Single(_host.Texts("Output")));
    }

    [Fact]
    public void HandlerOutput_DisplayedWithJobIdNotEmitted()
    {
        _host.Handler = call => call.AddOutput("one\ntwo");

        RunOne();

        Assert.Equal("[job-1] one\n[job-1] two", Assert.Single(_host.Texts("Output")));
    }

    [Theory]
    [InlineData(HandlerCompletionKind.Exited, "JobFailed", "The handler ended itself with 'exit 3'.")]
    [InlineData(
        HandlerCompletionKind.BrokeOut, "JobFailed",
        "The handler ended by 'break' or 'continue' outside a loop, which skips the rest of the script.")]
    [InlineData(HandlerCompletionKind.Stopped, "SystemUnavailable", "The worker was stopped while the handler ran.")]
    [InlineData(
        HandlerCompletionKind.Broken, "SystemUnavailable",
        "The handler's runspace closed while the handler ran: gone")]
    public void HandlerCompletion_NotCompleted_FailsJob(object kind, string type, string message)
    {
        _host.Handler = call => call.End =
            new HandlerCompletion((HandlerCompletionKind)kind) { ExitCode = "3", Reason = "gone" };

        JobReport result = RunOne();

        Assert.Equal(("Failed", type, message), (result.Outcome, result.FailureType.ToString(), result.Message));
        Assert.Contains(_host.Texts("warning"), text => text.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Error_IsShownOnceAndReported()
    {
        _host.Handler = call => call.End =
            new HandlerCompletion(HandlerCompletionKind.Failed) { Error = Error($"no {ApiKey} here") };

        JobReport result = RunOne();

        Assert.Equal(("Failed", "no *** here"), (result.Outcome, result.Message));
        Assert.Equal("[job-1] no *** here", Assert.Single(_host.Texts("Error")));
        Assert.Empty(_host.Texts("warning"));
        Assert.Equal("no *** here", Assert.IsType<FailureResult>(_client.Calls.Last().Input).Message);
    }

    [Fact]
    public void Secrets_InHandlerOutput_AreMasked()
    {
        string[] secrets = { ApiKey, Project, FakeClient.Token.Reveal(), Uri.EscapeDataString(ApiKey) };
        _host.Handler = call =>
        {
            foreach (string secret in secrets)
            {
                call.AddOutput(secret);
                call.AddOutput(new WarningRecord(secret));
                call.AddOutput(new VerboseRecord(secret));
                call.AddOutput(new InformationRecord(secret, "x"));
                call.AddOutput(new InformationRecord(new HostInformationMessage { Message = secret }, "x"));
                call.AddOutput(Error(secret));
            }
        };

        RunOne(command => command.SecretConfigurationKey = new[] { "project" });

        Assert.True(_host.All.Count >= 24);
        string all = string.Join("\n", _host.All);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    [Fact]
    public void ConfigurationValue_KeyNotNamed_NotMasked()
    {
        _host.Handler = call => call.AddOutput(Project);

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
        var failed = Assert.Throws<TerminatedException>(
            () => Command(command => command.SecretKey = new Secret("ApiKey")).Run(_host));

        Assert.True(failed.EndsScript);
        Assert.Contains("-SecretConfigurationKey", failed.Error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void HandlerFile_Missing_ErrorBeforePoll()
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
    public void Log_IsAppendedAndCreatedPrivate()
    {
        using var folder = new TempFolder();
        string earlier = folder.Write("earlier", "line\n");
        UnixFileMode? rights = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(earlier);
        _host.Resolve = folder.PathOf;
        _host.Handler = _ => { };

        foreach (string name in new[] { "fresh", "earlier" })
        {
            Command(command => command.LogPath = name).Run(_host);
        }

        Assert.StartsWith("line\n", File.ReadAllText(earlier), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(rights, File.GetUnixFileMode(earlier));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.PathOf("fresh")));
        }
    }

    [Fact]
    public void Log_CannotOpen_ErrorBeforePoll()
    {
        using var folder = new TempFolder();
        folder.Write("file", "no folder");
        _host.Resolve = folder.PathOf;

        var failed = Assert.Throws<TerminatedException>(
            () => Command(command => command.LogPath = "file/log").Run(_host));

        Assert.Equal("LogUnusable", failed.Error.Id);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Stop_HandlerWaitsForThread_FailsJob()
    {
        using InvokeThirdPartyWorkerCommand command = Command(each => each.StopTimeout = TimeSpan.FromSeconds(1));
        command.Shell = _host;
        _host.Handler = call =>
        {
            // PowerShell does this on Ctrl+C: it stops the cmdlet and the handler's pipeline.
            command.Stop();
            call.End = HandlerCompletion.Stopped;
        };

        command.Begin();
        command.Process();

        FailureResult failure = Assert.IsType<FailureResult>(_client.Calls.Last().Input);
        Assert.Equal(FailureType.SystemUnavailable, failure.Type);
    }

    [Fact]
    public void Pipeline_EndsEarly_ReportsJob()
    {
        _host.OnObject = _ => throw new PipelineStoppedException();

        Assert.Throws<PipelineStoppedException>(() => RunOne());

        Assert.Equal("Success", _client.Calls.Last().Operation);
    }

    private static ThirdPartyJobOutcome Succeeded(string summary) =>
        ThirdPartyJobOutcome.From(new SuccessResult { Summary = summary });

    private static ThirdPartyJobOutcome Failed(string message) => ThirdPartyJobOutcome.From(
        new FailureResult(FailureType.ConfigurationError, message, ExternalExecutionId: null));

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

    private JobReport RunOne(Action<InvokeThirdPartyWorkerCommand>? with = null)
    {
        FakeHost host = Command(with).Run(_host);
        Assert.Empty(host.Errors);
        return Assert.IsType<JobReport>(Assert.Single(host.Objects));
    }
}
