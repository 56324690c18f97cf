using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using CodePipeline.ThirdParty.Commands;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class OutcomeTests
{
    [Fact]
    public void Success_SaysWhatWasDone()
    {
        ThirdPartyJobOutcome outcome = Made(new NewThirdPartyJobOutcomeCommand
        {
            Summary = "12 tests",
            ExternalExecutionId = "run-7",
            PercentComplete = 100,
            Revision = "abc",
            RevisionChangeIdentifier = "1",
        });

        Assert.Equal(
            ("Succeeded", "12 tests", "run-7", 100, "abc"),
            (outcome.Outcome, outcome.Summary, outcome.ExternalExecutionId, outcome.PercentComplete,
                outcome.Revision?.Revision));
    }

    [Fact]
    public void ContinuationToken_ConfirmsContinuation() =>
        Assert.Equal("Continued", Made(new NewThirdPartyJobOutcomeCommand { ContinuationToken = "ref-1" }).Outcome);

    [Fact]
    public void FailureMessage_SaysWhy()
    {
        ThirdPartyJobOutcome outcome = Made(new NewThirdPartyJobOutcomeCommand
        {
            FailureMessage = "no such project", FailureType = FailureType.ConfigurationError,
        });

        Assert.Equal(
            ("Failed", "no such project", FailureType.ConfigurationError),
            (outcome.Outcome, outcome.FailureMessage, outcome.FailureType));
    }

    [Fact]
    public void ErrorRecord_InnerExceptions_AppendedToMessage()
    {
        var error = new InvalidOperationException("outer: middle", new InvalidOperationException(
            "middle", new InvalidOperationException("the cause")));

        ThirdPartyJobOutcome outcome = Made(new NewThirdPartyJobOutcomeCommand
        {
            ErrorRecord = new ErrorRecord(error, "id", ErrorCategory.InvalidData, null),
        });

        Assert.Equal(("Failed", "outer: middle: the cause"), (outcome.Outcome, outcome.FailureMessage));
    }

    [Fact]
    public void ThrowNull_HasDefaultMessage() => Assert.Equal(
        "The job failed without a message.",
        Made(new NewThirdPartyJobOutcomeCommand
        {
            ErrorRecord = new ErrorRecord(
                new RuntimeException("ScriptHalted"), "ScriptHalted", ErrorCategory.OperationStopped, null),
        }).FailureMessage);

    [Fact]
    public void LongText_CutWithWarning()
    {
        FakeHost host = new NewThirdPartyJobOutcomeCommand { Summary = new string('x', 3000) }.Run();

        Assert.Equal(2048, ((ThirdPartyJobOutcome)host.Objects.Single()).Summary!.Length);
        Assert.Equal(
            "The summary of the outcome has 3000 characters; the service accepts 2048. The rest was cut.",
            Assert.Single(host.Texts("warning")));
    }

    [Theory]
    [InlineData("ContinuationToken", 2049)]
    [InlineData("ExternalExecutionId", 1501)]
    [InlineData("Revision", 1501)]
    public void Text_MustNotBeCut_Rejected(string parameter, int length)
    {
        var command =
            new NewThirdPartyJobOutcomeCommand { RevisionChangeIdentifier = parameter == "Revision" ? "1" : null };
        command.GetType().GetProperty(parameter)!.SetValue(command, new string('x', length));

        var refused = Assert.Throws<TerminatedException>(() => command.Run());

        Assert.Contains(parameter, refused.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailureWithoutAMessage_IsRefused()
    {
        foreach (NewThirdPartyJobOutcomeCommand command in new NewThirdPartyJobOutcomeCommand[]
        {
            new() { FailureType = FailureType.JobFailed }, new() { FailureMessage = null },
            new() { FailureMessage = " " },
        })
        {
            var refused = Assert.Throws<TerminatedException>(() => command.Run());
            Assert.Equal(("InvalidInput", "-FailureMessage is empty."), (refused.Error.Id, refused.Error.Message));
        }
    }

    [Theory]
    [InlineData("Cannot find path '/opt/contoso/lib/x.json'.", "Cannot find path '…/x.json'.")]
    [InlineData("Access to the path '/srv/my sites/a b.txt' is denied.", "Access to the path '…/a b.txt' is denied.")]
    [InlineData(@"Could not find C:\Program\tool.exe; is it there?", "Could not find …/tool.exe; is it there?")]
    [InlineData(@"No \\server\share\x", "No …/x")]
    [InlineData("See https://host/a/b and /index.html, 1/2/3.", "See https://host/a/b and /index.html, 1/2/3.")]
    public void ErrorPaths_ShortenedForCustomer(string message, string told)
    {
        ThirdPartyJobOutcome outcome = Made(new NewThirdPartyJobOutcomeCommand
        {
            ErrorRecord = new ErrorRecord(
                new InvalidOperationException(message), "PathNotFound", ErrorCategory.ObjectNotFound, null),
        });

        Assert.Equal(told, outcome.FailureMessage);
    }

    [Fact]
    public void ScriptMessages_StayUnchanged() => Assert.Equal(
        "3 links lead nowhere: /docs/a.html",
        Made(new NewThirdPartyJobOutcomeCommand
        {
            ErrorRecord = InAScript(new ErrorRecord(
                new RuntimeException("3 links lead nowhere: /docs/a.html"), "3 links lead nowhere: /docs/a.html",
                ErrorCategory.OperationStopped, null)),
        }).FailureMessage);

    /// <summary>An error record of a script, with the line that wrote it.</summary>
    private static ErrorRecord InAScript(ErrorRecord error)
    {
        var line = new ScriptPosition("/opt/deploy.ps1", 4, 1, "throw");
        InvocationInfo at = InvocationInfo.Create(commandInfo: null, new ScriptExtent(line, line));
        typeof(ErrorRecord).GetMethod("SetInvocationInfo", BindingFlags.Instance | BindingFlags.NonPublic)!
            .Invoke(error, new object[] { at });
        return error;
    }

    private static ThirdPartyJobOutcome Made(NewThirdPartyJobOutcomeCommand command) =>
        Assert.IsType<ThirdPartyJobOutcome>(Assert.Single(command.Run().Objects));
}
