using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Reporting;
using CodePipeline.ThirdParty.Runners;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class WorkerReportTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeHost _host = new();
    private readonly StringWriter _console = new() { NewLine = "\n" };
    private bool _isOver;

    public void Dispose() => _console.Dispose();

    [Fact]
    public void Results_AreEmittedAsTheyCome()
    {
        WorkerReport report = Report(runner: null);

        report.Report(Ended("job-1", WorkerOutcomes.Succeeded, null));

        Assert.Equal("job-1", Assert.IsType<JobReport>(Assert.Single(_host.Objects)).JobId);
        Assert.Empty(_console.ToString());
    }

    [Fact]
    public void Verbose_StreamHidden_WritesWarningsAndResultsOnly()
    {
        var report = new WorkerReport(_clock) { Post = action => action(_host), IsVerbose = false };

        report.Report(Event(WorkerEventKind.HandlerStarted, "job-1"));
        report.Report(Event(WorkerEventKind.Warning, "job-1"));
        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed, "no"));

        Assert.Empty(_host.Texts("verbose"));
        Assert.Equal(2, _host.Texts("warning").Count());
        Assert.Single(_host.Objects);
    }

    [Fact]
    public void GroupsOfParallelHandlers_DoNotInterleave()
    {
        WorkerReport report = Report(new GitHubRunner(null), isParallel: true);
        report.Report(Event(WorkerEventKind.HandlerStarted, "job-1"));
        report.Report(Event(WorkerEventKind.HandlerStarted, "job-2"));
        report.ReportHandlerRecord(Output("job-1", "a"));
        report.ReportHandlerRecord(Output("job-2", "b"));
        report.ReportHandlerRecord(Output("job-1", "c"));

        report.Report(Ended("job-2", WorkerOutcomes.Succeeded, null));
        report.Report(Ended("job-1", WorkerOutcomes.Succeeded, null));

        Assert.Equal(new[] { "[job-2] b", "[job-1] a", "[job-1] c" }, _host.Texts("Output"));
        Assert.Equal(
            "::group::Job job-2 (Test/Contoso/1)\n::endgroup::\n::group::Job job-1 (Test/Contoso/1)\n::endgroup::\n",
            _console.ToString());
    }

    [Fact]
    public void FailedJob_IsAnnotatedAfterItsGroup()
    {
        WorkerReport report = Report(new GitHubRunner(null));
        report.Report(Event(WorkerEventKind.HandlerStarted, "job-1"));

        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed, "no\n::set-env::x"));

        Assert.Equal(
            "::group::Job job-1 (Test/Contoso/1)\n::endgroup::\n"
            + "::error title=Third-party job job-1::JobFailed: no%0A::set-env::x\n",
            _console.ToString());
    }

    [Theory]
    [InlineData(WorkerOutcomes.Abandoned)]
    [InlineData(WorkerOutcomes.Undelivered)]
    public void UndeliveredResult_ReportedLikeFailure(string outcome)
    {
        WorkerReport report = Report(new GitHubRunner(null));
        _clock.Advance(TimeSpan.FromSeconds(1));

        report.Report(Ended("job-1", outcome, null, "gone"));

        Assert.Contains("::error title=Third-party job job-1::gone\n", _console.ToString(), StringComparison.Ordinal);
        Assert.Equal($"[job-1] {outcome} after 1.5 s: gone", Assert.Single(_host.Texts("warning")));
        Assert.Equal("0 running, 1 done, 1 failed", _host.Progress[^1].StatusDescription);
    }

    [Fact]
    public void Warning_OfAKnownError_SaysWhatToDo()
    {
        WorkerReport report = Report(new GitHubRunner(null));
        var error = new ClientTokenNotFoundException("job-1", "client-1", ["the session"]);

        report.Report(new WorkerEvent(WorkerEventKind.Warning, _clock.GetUtcNow())
        {
            Message = "No token.",
            Error = error,
        });

        string advice = ErrorCatalog.Find(error, target: null)!.RecommendedAction;
        Assert.Equal($"No token. {advice}", Assert.Single(_host.Texts("warning")));
        Assert.Contains($"No token. {advice}", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TextOfHandlers_HoldsNoCommandOfTheRunner()
    {
        WorkerReport report = Report(new AzureDevOpsRunner(null));

        report.ReportHandlerRecord(Output("job-1", "##vso[task.setvariable variable=a]b"));

        Assert.Equal("[job-1] ## vso[task.setvariable variable=a]b", Assert.Single(_host.Texts("Output")));
    }

    [Fact]
    public void Results_HoldNoCommandOfTheRunner()
    {
        WorkerReport report = Report(new AzureDevOpsRunner(null));

        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed, "#\u001b[0m#vso[a]b"));

        Assert.Equal("## vso[a]b", Assert.IsType<JobReport>(Assert.Single(_host.Objects)).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Commands_WhileHandlerRuns_ArePaused(bool isParallel)
    {
        WorkerReport report = Report(new GitHubRunner(null), isParallel, canPause: true);

        report.Report(Event(WorkerEventKind.HandlerStarted, "job-1"));
        string stopped = _console.ToString();
        report.Report(Ended("job-1", WorkerOutcomes.Succeeded, null));
        report.Report(Ended("job-2", WorkerOutcomes.Failed, FailureType.JobFailed));

        Assert.Matches("::stop-commands::cpthirdparty-[0-9a-f]+\n$", stopped);
        Assert.Matches("^::cpthirdparty-[0-9a-f]+::\n", _console.ToString().Substring(stopped.Length));
    }

    [Fact]
    public void Finish_LetsTheRunnerReadCommandsAgain()
    {
        WorkerReport report = Report(new GitHubRunner(null), canPause: true);
        report.Report(Event(WorkerEventKind.HandlerStarted, "job-1"));

        report.Finish();

        Assert.Matches("\n::cpthirdparty-[0-9a-f]+::\n$", _console.ToString());
    }

    [Fact]
    public void Pipeline_Ended_WritesToConsole()
    {
        WorkerReport report = Report(new GitHubRunner(null), isParallel: true);
        report.ReportHandlerRecord(Output("job-1", "a"));
        _isOver = true;

        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.SystemUnavailable, "stopped"));

        Assert.Contains("[job-1] a", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "::error title=Third-party job job-1::SystemUnavailable: stopped", _console.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void EndlessHandlerOutput_ShownInParts()
    {
        WorkerReport report = Report(new GitHubRunner(null), isParallel: true);

        for (int i = 0; i < 4500; i++)
        {
            report.ReportHandlerRecord(Output("job-1", "a"));
        }

        Assert.Equal(4000, _host.Texts("Output").Count());
    }

    [Fact]
    public void FailedJob_ErrorNotShown_WritesWarning()
    {
        WorkerReport report = Report(runner: null);
        report.ReportHandlerRecord(new HandlerRecord("job-1", HandlerStream.Error, "no", null));

        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed, "no"));
        report.Report(Ended("job-2", WorkerOutcomes.Failed, FailureType.JobFailed, "download"));

        Assert.Equal("[job-2] Failed (JobFailed) after 1.5 s: download", Assert.Single(_host.Texts("warning")));
    }

    [Fact]
    public void Bar_SaysHowManyRunAreDoneAndFailed()
    {
        WorkerReport report = Report(runner: null);
        foreach (string job in new[] { "job-1", "job-2", "job-3" })
        {
            report.Report(Event(WorkerEventKind.JobClaimed, job));
        }

        report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed));
        _clock.Advance(TimeSpan.FromSeconds(1));
        report.Report(Ended("job-2", WorkerOutcomes.Succeeded, null));

        Assert.Equal("1 running, 2 done, 1 failed", _host.Progress[^1].StatusDescription);
    }

    [Fact]
    public void EmptyPoll_WritesNoLine()
    {
        using var file = new MemoryStream();
        using var log = new WorkerLog(file, _ => { });
        WorkerReport report = Report(runner: null, log: log);

        report.Report(new WorkerEvent(WorkerEventKind.Polled, _clock.GetUtcNow()));

        Assert.Empty(_host.All);
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void Log_HasAnObjectALine()
    {
        using var file = new MemoryStream();
        using (var log = new WorkerLog(file, _ => { }))
        {
            WorkerReport report = Report(runner: null, log: log);
            report.Report(Event(WorkerEventKind.JobClaimed, "job-1"));
            report.ReportHandlerRecord(new HandlerRecord("job-1", HandlerStream.Warning, "two\nlines", null));
            report.Report(Ended("job-1", WorkerOutcomes.Failed, FailureType.JobFailed, "no"));
        }

        string[] lines = Encoding.UTF8.GetString(file.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        JsonElement[] entries = lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            new[] { "JobClaimed", "HandlerWarning", "JobEnded" },
            entries.Select(entry => entry.GetProperty("event").GetString()));
        Assert.Equal(
            new[] { "information", "warning", "error" },
            entries.Select(entry => entry.GetProperty("level").GetString()));
        Assert.All(entries, entry => Assert.Equal("job-1", entry.GetProperty("jobId").GetString()));
        Assert.Equal("2026-01-31T12:00:00Z", entries[0].GetProperty("time").GetString());
        Assert.Equal("Test/Contoso/1", entries[2].GetProperty("actionType").GetString());
        Assert.Equal(("Failed", 1.5, "no"), (
            entries[2].GetProperty("outcome").GetString(),
            entries[2].GetProperty("duration").GetDouble(),
            entries[2].GetProperty("result").GetString()));
    }

    [Fact]
    public void Log_WriteFails_WarnsOnce()
    {
        var said = new List<Exception>();
        using var file = new FullDisk();
        using var log = new WorkerLog(file, said.Add);

        log.Write(Event(WorkerEventKind.JobClaimed, "job-1"), "information");
        log.Write(Event(WorkerEventKind.JobClaimed, "job-2"), "information");

        Assert.Equal("No space left.", Assert.Single(said).Message);
    }

    [Fact]
    public void Summary_IsWrittenAtTheEnd()
    {
        using var folder = new TempFolder();
        string file = folder.PathOf("summary.md");
        WorkerReport report = Report(new GitHubRunner(file));
        report.Report(Ended("job-1", WorkerOutcomes.Succeeded, null, "fine"));

        report.Finish();

        Assert.Contains("| job-1 |", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void SummaryThatCannotBeWritten_IsAWarning()
    {
        WorkerReport report = Report(new GitHubRunner("/no/such/folder/summary.md"));
        report.Report(Ended("job-1", WorkerOutcomes.Succeeded, null));

        report.Finish();

        Assert.Contains("summary", Assert.Single(_host.Texts("warning")), StringComparison.Ordinal);
    }

    private static HandlerRecord Output(string jobId, string text) => new(jobId, HandlerStream.Output, text, text);

    private WorkerEvent Event(WorkerEventKind kind, string jobId) => new(kind, _clock.GetUtcNow())
    {
        Job = new JobTicket(jobId, "client-1", FakeClient.Type),
        Message = kind.ToString(),
    };

    private WorkerEvent Ended(string jobId, string outcome, FailureType? type, string? message = null) =>
        Event(WorkerEventKind.JobEnded, jobId) with { Result = RunnerTests.Result(jobId, outcome, type, message) };

    private WorkerReport Report(
        Runner? runner, bool isParallel = false, WorkerLog? log = null, bool canPause = false) => new(_clock)
    {
        Commands = new RunnerCommandWriter(_console, canPause),
        Post = action => action(_host),
        IsPipelineOver = () => _isOver,
        ActionTypes = "Test/Contoso/1",
        Runner = runner,
        Console = _console,
        Log = log,
        IsParallel = isParallel,
    };

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left.");
    }
}
