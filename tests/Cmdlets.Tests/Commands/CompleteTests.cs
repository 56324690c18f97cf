using System;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Jobs;
using Xunit;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class CompleteTests
{
    private readonly FakeClient _client = new();

    [Fact]
    public void Success_ReportsAllThatWasGiven()
    {
        var created = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

        Run(new CompleteThirdPartyJobCommand
        {
            Summary = "done", ExternalExecutionId = "7", PercentComplete = 100, Revision = "r",
            RevisionChangeIdentifier = "c",
            RevisionCreated = created, RevisionSummary = "what",
        });

        SuccessResult result = Sent<SuccessResult>("Success");
        Assert.Equal(
            ("done", "7", 100, null),
            (result.Summary, result.ExternalExecutionId, result.PercentComplete, result.ContinuationToken));
        Assert.Equal(new JobRevision("r", "c", new DateTimeOffset(created), "what"), result.Revision);
    }

    [Fact]
    public void Success_OfNothingMore_ReportsNothingMore()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { Summary = string.Empty });

        SuccessResult result = Sent<SuccessResult>("Success");
        Assert.Null(result.Summary);
        Assert.Null(result.Revision);
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void StillRunning_ReportsTheContinuationToken()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { ContinuationToken = "step 2" });

        Assert.Equal("step 2", Sent<SuccessResult>("Success").ContinuationToken);
        Assert.Contains("work continues", Assert.Single(host.Questions).Action, StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_ReportsTypeAndMessage()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand
        {
            FailureMessage = "no", FailureType = FailureType.PermissionError, ExternalExecutionId = "7",
        });

        Assert.Equal(new FailureResult(FailureType.PermissionError, "no", "7"), Sent<FailureResult>("Failure"));
        Assert.Contains("PermissionError", Assert.Single(host.Questions).Action, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorRecord_NoMessage_Reported()
    {
        Run(new CompleteThirdPartyJobCommand
        {
            ErrorRecord = new ErrorRecord(new InvalidOperationException(string.Empty), "id",
                ErrorCategory.InvalidResult, null),
        });

        Assert.Equal("The job failed without a message.", Sent<FailureResult>("Failure").Message);
    }

    [Fact]
    public void LongSummary_IsCutWithAWarning()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { Summary = new string('x', 2049) });

        Assert.Equal(new string('x', 2047) + "…", Sent<SuccessResult>("Success").Summary);
        string warning = Assert.Single(host.Texts("warning"));
        Assert.Contains("summary of job job-1", warning, StringComparison.Ordinal);
        Assert.Contains("2049", warning, StringComparison.Ordinal);
        Assert.Contains("2048", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void SummaryAtItsLimit_IsNotCut()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { Summary = new string('x', 2048) });

        Assert.Equal(2048, Sent<SuccessResult>("Success").Summary!.Length);
        Assert.Empty(host.Texts("warning"));
    }

    [Fact]
    public void LongFailureMessage_IsCutWithAWarning()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { FailureMessage = new string('x', 6000) });

        Assert.Equal(5000, Sent<FailureResult>("Failure").Message.Length);
        Assert.Single(host.Texts("warning"));
    }

    [Fact]
    public void LongRevisionSummary_IsCutWithAWarning()
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand
        {
            Revision = "r", RevisionChangeIdentifier = "c", RevisionSummary = new string('x', 3000),
        });

        Assert.Equal(2048, Sent<SuccessResult>("Success").Revision!.Summary!.Length);
        Assert.Single(host.Texts("warning"));
    }

    [Theory]
    [InlineData("r", null, "RevisionChangeIdentifier")]
    [InlineData(null, "c", "Revision")]
    public void HalfARevision_IsOneErrorAndNoCall(string? revision, string? change, string missing)
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { Revision = revision,
            RevisionChangeIdentifier = change });

        Assert.Equal("InvalidInput", Assert.Single(host.Errors).Id);
        Assert.Equal(missing, Assert.IsType<InvalidInputException>(host.Errors[0].Exception).InputName);
        Assert.Empty(_client.Calls);
    }

    [Theory]
    [InlineData(null, JobStatus.Succeeded)]
    [InlineData("no", JobStatus.Failed)]
    public void PassThru_EmitsTheJobWithItsNewStatus(string? failure, string status)
    {
        FakeHost host = Run(new CompleteThirdPartyJobCommand { FailureMessage = failure, PassThru = true });

        Assert.Equal(status, Assert.IsType<ThirdPartyJob>(Assert.Single(host.Objects)).Status);
    }

    [Fact]
    public void ShouldProcess_Declined_CallsNothing()
    {
        FakeHost host = _client.Host();
        host.Agrees = false;

        new CompleteThirdPartyJobCommand { JobId = "job-1", PassThru = true }.Run(host);

        Assert.Empty(_client.Calls);
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void InvalidJobState_ResponseLost_CountsAsSuccess()
    {
        _client.Result = () =>
            throw new InvalidJobStateException(FakeClient.Error("InvalidJobStateException", answerLost: true));

        FakeHost host = Run(new CompleteThirdPartyJobCommand { PassThru = true });

        Assert.Empty(host.Errors);
        Assert.Equal(JobStatus.Succeeded, Assert.IsType<ThirdPartyJob>(Assert.Single(host.Objects)).Status);
        Assert.Contains(
            host.Texts("verbose"), text => text.Contains("already had the result", StringComparison.Ordinal));
    }

    [Fact]
    public void InvalidJobState_NoResponseLost_WritesError()
    {
        _client.Result = () => throw new InvalidJobStateException(FakeClient.Error("InvalidJobStateException"));

        FakeHost host = Run(new CompleteThirdPartyJobCommand { PassThru = true });

        Assert.Equal("InvalidJobState", Assert.Single(host.Errors).Id);
        Assert.Empty(host.Objects);
    }

    [Fact]
    public void CliInputFile_OfASuccess_IsReported()
    {
        var file = CustomObject.Of(
            ("continuationToken", "step 2"),
            ("executionDetails", CustomObject.Of(("summary", "done"), ("externalExecutionId", "7"),
                ("percentComplete", 50L))),
            ("currentRevision", CustomObject.Of(
                ("revision", "r"), ("changeIdentifier", "c"), ("created", 1769853600L), ("revisionSummary", "what"))));

        Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), file));

        SuccessResult result = Sent<SuccessResult>("Success");
        Assert.Equal(
            ("done", "7", 50, "step 2"),
            (result.Summary, result.ExternalExecutionId, result.PercentComplete, result.ContinuationToken));
        Assert.Equal(
            new JobRevision("r", "c", DateTimeOffset.FromUnixTimeSeconds(1769853600), "what"), result.Revision);
    }

    [Fact]
    public void CliInput_UnchangedSkeleton_SendsRequiredMembersOnly()
    {
        var file = CustomObject.Of(
            ("continuationToken", ""),
            ("executionDetails", CustomObject.Of(("summary", ""), ("externalExecutionId", ""))),
            ("currentRevision", CustomObject.Of(
                ("revision", ""), ("changeIdentifier", ""), ("created", 0L), ("revisionSummary", ""))));

        Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), file));

        SuccessResult result = Sent<SuccessResult>("Success");
        Assert.Null(result.Revision);
        Assert.Null(result.ContinuationToken);
        Assert.Null(result.Summary);
    }

    [Fact]
    public void CliInputFile_OfAFailure_IsReported()
    {
        Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), FailureFile("permissionerror", "no")));

        Assert.Equal(new FailureResult(FailureType.PermissionError, "no", "7"), Sent<FailureResult>("Failure"));
    }

    [Fact]
    public void CliInput_LongFailureMessage_CutWithWarning()
    {
        FakeHost host = Run(JobCommandTests.Piped(
            new CompleteThirdPartyJobCommand(), FailureFile("JobFailed", new string('x', 6000))));

        Assert.Equal(5000, Sent<FailureResult>("Failure").Message.Length);
        Assert.Single(host.Texts("warning"));
    }

    [Fact]
    public void CliInput_LongRevisionSummary_CutWithWarning()
    {
        var file = CustomObject.Of(("currentRevision", CustomObject.Of(
            ("revision", "r"), ("changeIdentifier", "c"), ("revisionSummary", new string('x', 3000)))));

        FakeHost host = Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), file));

        Assert.Equal(2048, Sent<SuccessResult>("Success").Revision!.Summary!.Length);
        Assert.Single(host.Texts("warning"));
    }

    [Theory]
    [InlineData(-62135596801.0)]
    [InlineData(253402300800.0)]
    [InlineData(1e28)]
    [InlineData(double.NaN)]
    public void CliInput_TimeOutOfRange_WritesErrorAndSendsNothing(double created)
    {
        FakeHost host = Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), RevisionFile(created)));

        Assert.Equal(
            "currentRevision.created",
            Assert.IsType<InvalidInputException>(Assert.Single(host.Errors).Exception).InputName);
        Assert.Empty(_client.Calls);
    }

    public static TheoryData<object, DateTimeOffset> FirstAndLastTimes => new()
    {
        { -62135596800L, DateTimeOffset.MinValue },
        { 253402300799L, new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero) },
        { DateTime.MinValue, new DateTimeOffset(DateTime.MinValue.ToUniversalTime()) },
        { DateTime.MaxValue, new DateTimeOffset(DateTime.MaxValue.ToUniversalTime()) },
    };

    [Theory]
    [MemberData(nameof(FirstAndLastTimes))]
    public void CliInput_FirstOrLastTime_IsSent(object created, DateTimeOffset sent)
    {
        Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(), RevisionFile(created)));

        Assert.Equal(sent, Sent<SuccessResult>("Success").Revision!.Created);
    }

    [Fact]
    public void CliInput_UnknownFailureType_ListsKnownTypes()
    {
        FakeHost host = Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand(),
            FailureFile("PermissionsError", "no")));

        Assert.Contains("PermissionError", Assert.Single(host.Errors).RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Parameter_WinsOverTheCliInputFile()
    {
        var file = CustomObject.Of(
            ("executionDetails", CustomObject.Of(("summary", "of file"), ("externalExecutionId", "7"))));

        Run(JobCommandTests.Piped(new CompleteThirdPartyJobCommand { Summary = "typed" }, file));

        Assert.Equal(("typed", "7"),
            (Sent<SuccessResult>("Success").Summary, Sent<SuccessResult>("Success").ExternalExecutionId));
    }

    private static PSObject RevisionFile(object created) => CustomObject.Of(("currentRevision", CustomObject.Of(
        ("revision", "r"), ("changeIdentifier", "c"), ("created", created))));

    private static PSObject FailureFile(string type, string message) =>
        CustomObject.Of(("failureDetails", CustomObject.Of(
            ("type", type), ("message", message), ("externalExecutionId", "7"))));

    private FakeHost Run(CompleteThirdPartyJobCommand command)
    {
        command.JobId = "job-1";
        return command.Run(_client.Host());
    }

    private T Sent<T>(string operation)
    {
        Assert.Equal(operation, Assert.Single(_client.Calls).Operation);
        return Assert.IsType<T>(_client.Calls.Single().Input);
    }
}
