using System;
using System.IO;
using CodePipeline.ThirdParty.Runners;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class RunnerTests
{
    private static readonly GitHubRunner s_gitHub = new(summaryFile: null);
    private static readonly AzureDevOpsRunner s_azure = new(temporary: null);

    [Theory]
    [InlineData("GITHUB_ACTIONS", "true", typeof(GitHubRunner))]
    [InlineData("TF_BUILD", "True", typeof(AzureDevOpsRunner))]
    [InlineData("GITHUB_ACTIONS", "false", null)]
    [InlineData("CI", "true", null)]
    public void Find_GoesByTheRunnersVariable(string name, string value, Type? runner) =>
        Assert.Equal(runner, Runner.Find(asked => asked == name ? value : null)?.GetType());

    [Fact]
    public void GitHubError_EscapesWhatItsParserReads() => Assert.Equal(
        "::error title=Job a%3Ab%2Cc%25::50%25 done%0D%0A::warning::x",
        s_gitHub.Error("Job a:b,c%", "50% done\r\n::warning::x"));

    [Fact]
    public void GitHubGroup_IsOneLine() =>
        Assert.Equal("::group::Job 1%0A::error::x", s_gitHub.Group("Job 1\n::error::x"));

    [Fact]
    public void AzureError_EscapesWhatItsParserReads() => Assert.Equal(
        "##vso[task.logissue type=error]Job 1: 50%AZP25 done%0D%0Ax", s_azure.Error("Job 1", "50% done\r\nx"));

    [Fact]
    public void AzureGroup_IsOneLine() =>
        Assert.Equal("##[group]Job 1 ## [error]x", s_azure.Group("Job 1\n##[error]x"));

    [Theory]
    [InlineData("::error::no", ": :error::no")]
    [InlineData("  \t::set-output name=a::b", "  \t: :set-output name=a::b")]
    [InlineData("fine\r\n::stop-commands::x", "fine\n: :stop-commands::x")]
    [InlineData("said ##[error]no", "said ## [error]no")]
    [InlineData("std::vector::size", "std::vector::size")]
    [InlineData("x\r::add-mask::a", "x\n: :add-mask::a")]
    [InlineData("\u001b[0m::error::no", ": :error::no")]
    [InlineData("\u200b::error::no", "\u200b: :error::no")]
    [InlineData("#\u001b[0m#[error]no", "## [error]no")]
    [InlineData("a long line ::add-mask::a", "a long line : :add-mask::a")]
    [InlineData("\uff1a\uff1aerror::no", "\uff1a \uff1aerror::no")]
    public void GitHub_ReadsNoCommandInTextFromElsewhere(string text, string neutral) =>
        Assert.Equal(neutral, s_gitHub.Neutralize(text));

    [Theory]
    [InlineData("x ##vso[task.setvariable variable=PATH]/evil", "x ## vso[task.setvariable variable=PATH]/evil")]
    [InlineData("##VSO[task.complete]", "## VSO[task.complete]")]
    [InlineData("##[error]no", "## [error]no")]
    [InlineData("## Heading", "## Heading")]
    [InlineData("#\u001b[0m#vso[a]b", "## vso[a]b")]
    [InlineData("#\u001b]0;title\u0007#vso[a]b", "## vso[a]b")]
    [InlineData("#\u009b1m#vso[a]b", "## vso[a]b")]
    [InlineData("#\0#v\u0008so[a]b", "## vso[a]b")]
    [InlineData("#\u001b\u001b[0m[0m#vso[a]b", "#[0m#vso[a]b")]
    [InlineData("#\u00ad#vso[a]b", "#\u00ad# vso[a]b")]
    [InlineData("\uff03\uff03vso[a]b", "\uff03\uff03 vso[a]b")]
    [InlineData("###vso[a]b", "### vso[a]b")]
    public void Azure_ReadsNoCommandInTextFromElsewhere(string text, string neutral) =>
        Assert.Equal(neutral, s_azure.Neutralize(text));

    [Theory]
    [InlineData("plain\ttext\n", "plain\ttext\n")]
    [InlineData("a\r\nb\rc\u0085d\u007fe", "a\nb\ncde")]
    [InlineData("\u001b[1;31mred\u001b[0m", "red")]
    [InlineData("\u001b]52;c;ZXZpbA==\u0007x\u001b]0;t\u001b\\y", "xy")]
    [InlineData("\u001bP1$r\u001b\\x\u001b(By\u001bcz", "xyz")]
    [InlineData("\u001b[", "")]
    [InlineData("\u001b]no end\nnext", "\nnext")]
    public void PlainText_IsWithoutEscapesAndControls(string text, string plain) =>
        Assert.Equal(plain, ControlCharacterFilter.Sanitize(text));

    [Fact]
    public void Neutral_OfALongLineOfCommands_IsQuick()
    {
        string line = string.Concat(System.Linq.Enumerable.Repeat("::error ##vso #\u001b[", 50_000));

        Assert.True(s_gitHub.Neutralize(line).Length > 0 && s_azure.Neutralize(line).Length > 0);
    }

    [Fact]
    public void CommandWriter_Paused_WritesOwnCommands()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var channel = new RunnerCommandWriter(output, canPause: true);

        channel.Write("::group::a");
        channel.Pause();
        channel.Pause();
        channel.Write("::add-mask::x");
        channel.Resume();
        channel.Write("::add-mask::y");
        channel.Resume();
        channel.Resume();
        channel.Write("::endgroup::");

        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        string token = lines[1].Substring("::add-mask::".Length);
        Assert.Matches("^cpthirdparty-[0-9a-f]{40}$", token);
        Assert.Equal(
            new[]
            {
                "::group::a", $"::add-mask::{token}", $"::stop-commands::{token}", $"::{token}::", "::add-mask::x",
                $"::stop-commands::{token}", $"::{token}::", "::add-mask::y", $"::stop-commands::{token}",
                $"::{token}::", "::endgroup::",
            },
            lines);
    }

    [Fact]
    public void CommandWriter_NoStopCommands_WritesCommandsOnly()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var channel = new RunnerCommandWriter(output, canPause: false);

        channel.Pause();
        channel.Write("##[group]a");
        channel.Resume();

        Assert.Equal("##[group]a\n", output.ToString());
    }

    [Fact]
    public void NeutralResult_KeepsAllButCommands()
    {
        JobReport given = new()
        {
            JobId = "job-1", ClientId = "c", ActionType = FakeClient.Type, Outcome = WorkerOutcomes.Failed,
            StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(2),
            FailureType = FailureType.JobFailed, Message = "m", ExternalExecutionId = "x",
        };

        JobReport neutral = s_azure.Neutralize(given);

        foreach (System.Reflection.PropertyInfo property in typeof(JobReport).GetProperties())
        {
            Assert.NotNull(property.GetValue(given));
            Assert.Equal(property.GetValue(given), property.GetValue(neutral));
        }
    }

    [Fact]
    public void GitHubSummary_IsAppended()
    {
        using var folder = new TempFolder();
        string file = folder.PathOf("summary.md");
        File.WriteAllText(file, "before\n");

        Assert.Null(new GitHubRunner(file).Summarize("after\n"));
        Assert.Equal("before\nafter\n", File.ReadAllText(file));
    }

    [Fact]
    public void AzureSummary_UploadedFromAgentFolder()
    {
        using var folder = new TempFolder();

        string? command = new AzureDevOpsRunner(folder.PathOf(".")).Summarize("table\n");

        string file = Assert.Single(Directory.GetFiles(folder.PathOf(".")));
        Assert.Equal("##vso[task.uploadsummary]" + file, command);
        Assert.Equal("table\n", File.ReadAllText(file));
        Assert.True(
            OperatingSystem.IsWindows()
                || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Theory]
    [InlineData("a|b", "a&#124;b")]
    [InlineData("one\r\ntwo\nthree", "one<br>two<br>three")]
    [InlineData("<img src=x>", "&#60;img src=x&#62;")]
    [InlineData("[x](y) `z` **w**", "&#91;x&#93;(y) &#96;z&#96; &#42;&#42;w&#42;&#42;")]
    [InlineData("see https://evil.example", "see https&#58;&#47;&#47;evil.example")]
    [InlineData("\u001b[31mred", "red")]
    [InlineData("see www.evil.example", "see www&#46;evil.example")]
    [InlineData("a\u202egnp.exe\u2066b", "agnp.exeb")]
    [InlineData(null, "")]
    public void SummaryCell_IsTheTextAndNoMarkdown(string? text, string cell) =>
        Assert.Equal(cell, StepSummary.Cell(text));

    [Fact]
    public void Summary_HasARowPerJobAndTheSums()
    {
        var summary = new StepSummary();
        summary.Add(Result("job-1", WorkerOutcomes.Succeeded, null, "fine"));
        summary.Add(Result("job-2", WorkerOutcomes.Failed, FailureType.ConfigurationError, "a|b"));

        string[] lines = summary.ToMarkdown().Split('\n');

        Assert.Contains("1 Failed, 1 Succeeded", lines);
        Assert.Contains("| job-1 | Test&#47;Contoso&#47;1 | Succeeded | 1.5 | fine |", lines);
        Assert.Contains("| job-2 | Test&#47;Contoso&#47;1 | Failed (ConfigurationError) | 1.5 | a&#124;b |", lines);
    }

    [Fact]
    public void Summary_OfVeryManyJobs_IsCut()
    {
        var summary = new StepSummary();
        for (int i = 0; i < 3000; i++)
        {
            summary.Add(Result($"job-{i}", WorkerOutcomes.Succeeded, null, new string('x', 5000)));
        }

        string text = summary.ToMarkdown();

        Assert.InRange(text.Length, 100_000, 1_000_000);
        Assert.Contains("and 2000 more.", text, StringComparison.Ordinal);
    }

    internal static JobReport Result(string jobId, string outcome, FailureType? type, string? message) =>
        new()
    {
        JobId = jobId,
        ActionType = FakeClient.Type,
        Outcome = outcome,
        FailureType = type,
        Message = message,
        Duration = TimeSpan.FromSeconds(1.5),
    };
}
