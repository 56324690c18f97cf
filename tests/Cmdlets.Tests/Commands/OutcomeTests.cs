using System;
using System.Linq;
using System.Management.Automation;
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
    public void ContinuationToken_SaysThatItGoesOn() =>
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
    public void ErrorRecord_GivesItsMessageAndInnerOnesThatSayMore()
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
    public void ThrownNothing_IsSaidSo() => Assert.Equal(
        "The job failed without a message.",
        Made(new NewThirdPartyJobOutcomeCommand
        {
            ErrorRecord = new ErrorRecord(
                new RuntimeException("ScriptHalted"), "ScriptHalted", ErrorCategory.OperationStopped, null),
        }).FailureMessage);

    [Fact]
    public void TooLongATextIsCut_WithAWarning()
    {
        FakeHost host = new NewThirdPartyJobOutcomeCommand { Summary = new string('x', 3000) }.Run();

        Assert.Equal(2048, ((ThirdPartyJobOutcome)host.Objects.Single()).Summary!.Length);
        Assert.Equal(
            "The summary of the outcome has 3000 characters; the service takes 2048. It was cut.",
            Assert.Single(host.Texts("warning")));
    }

    [Theory]
    [InlineData("ContinuationToken", 2049)]
    [InlineData("ExternalExecutionId", 1501)]
    [InlineData("Revision", 1501)]
    public void WhatCannotBeCut_IsRefused(string parameter, int length)
    {
        var command =
            new NewThirdPartyJobOutcomeCommand { RevisionChangeIdentifier = parameter == "Revision" ? "1" : null };
        command.GetType().GetProperty(parameter)!.SetValue(command, new string('x', length));

        FakeHost host = command.Run();

        Assert.Empty(host.Objects);
        Assert.Contains(parameter, Assert.Single(host.Errors).Message, StringComparison.Ordinal);
    }

    private static ThirdPartyJobOutcome Made(NewThirdPartyJobOutcomeCommand command) =>
        Assert.IsType<ThirdPartyJobOutcome>(Assert.Single(command.Run().Objects));
}
