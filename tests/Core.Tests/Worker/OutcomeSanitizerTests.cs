using System;
using System.Linq;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Values beyond the service's limits are truncated or left out, with a warning.</summary>
public sealed class OutcomeSanitizerTests
{
    private readonly OutcomeSanitizer _sanitizer = new(text => text.Replace("secret", "***", StringComparison.Ordinal));

    [Theory]
    [InlineData(2048, 2048, 0)]
    [InlineData(2049, 2048, 1)]
    public void Summary_OverItsLimit_IsTruncated(int length, int kept, int warnings)
    {
        SuccessResult result = Success(new SuccessResult { Summary = new string('x', length) });

        Assert.Equal((kept, warnings), (result.Summary!.Length, _sanitizer.Warnings.Count));
    }

    [Fact]
    public void ExternalExecutionId_IsMasked()
    {
        ThirdPartyJobOutcome success = _sanitizer.Sanitize(ThirdPartyJobOutcome.From(
            new SuccessResult { ExternalExecutionId = "https://u:secret@ci/run/1" }));
        ThirdPartyJobOutcome failure = _sanitizer.Sanitize(ThirdPartyJobOutcome.From(
            new FailureResult(FailureType.JobFailed, "no", "run-secret")));

        Assert.Equal("https://u:***@ci/run/1", success.Success!.ExternalExecutionId);
        Assert.Equal("run-***", failure.Failure!.ExternalExecutionId);
    }

    [Fact]
    public void Summary_SecretAtTheLimit_IsMaskedBeforeTruncation()
    {
        SuccessResult result = Success(new SuccessResult { Summary = new string('x', 2045) + "secret" });

        Assert.EndsWith("x***", result.Summary, StringComparison.Ordinal);
        Assert.Empty(_sanitizer.Warnings);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(100, true)]
    [InlineData(-1, false)]
    [InlineData(101, false)]
    public void PercentComplete_OutOfRange_IsLeftOut(int percent, bool isKept)
    {
        Assert.Equal(isKept ? percent : null, Success(new SuccessResult { PercentComplete = percent }).PercentComplete);
        Assert.Equal(isKept ? 0 : 1, _sanitizer.Warnings.Count);
    }

    [Theory]
    [InlineData(1500, true)]
    [InlineData(1501, false)]
    [InlineData(0, false)]
    public void ExternalExecutionId_TooLong_IsLeftOut(int length, bool isKept)
    {
        string id = new('i', length);

        Assert.Equal(isKept ? id : null, Success(new SuccessResult { ExternalExecutionId = id }).ExternalExecutionId);
        Assert.Equal(length > 1500 ? 1 : 0, _sanitizer.Warnings.Count);
    }

    [Theory]
    [InlineData(2048, false)]
    [InlineData(2049, true)]
    [InlineData(0, true)]
    public void ContinuationToken_InvalidLength_FailsTheJob(int length, bool isFailed)
    {
        ThirdPartyJobOutcome outcome = _sanitizer.Sanitize(
            ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = new string('t', length) }));

        Assert.Equal(isFailed, outcome.Failure is not null);
        if (isFailed)
        {
            Assert.Equal(FailureType.JobFailed, outcome.Failure!.Type);
            Assert.Contains($"has {length} characters", outcome.Failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "c")]
    [InlineData("r", "")]
    [InlineData("long", "c")]
    [InlineData("r", "long")]
    public void Revision_InvalidLength_IsLeftOut(string revision, string change)
    {
        string Text(string given) => given == "long" ? new string('x', 1501) : given;

        Assert.Null(Success(new SuccessResult
        {
            Revision = new JobRevision(Text(revision), Text(change), null, null),
        }).Revision);
        Assert.Contains("revision", Assert.Single(_sanitizer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Revision_LongSummary_TruncatesOnlyTheSummary()
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(0);
        var revision = new JobRevision(
            new string('r', 1500), new string('c', 100), created, new string('s', 2049));

        JobRevision kept = Success(new SuccessResult { Revision = revision }).Revision!;

        Assert.Equal(revision with { Summary = new string('s', 2047) + "…" }, kept);
        Assert.Single(_sanitizer.Warnings);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void FailureType_Unknown_BecomesJobFailed(int type)
    {
        FailureResult failure = Failure(new FailureResult((FailureType)type, "m", null));

        Assert.Equal((FailureType.JobFailed, 1), (failure.Type, _sanitizer.Warnings.Count));
    }

    [Fact]
    public void FailureType_Known_IsKept() => Assert.All(
        Enumerable.Range(0, 6).Select(value => (FailureType)value),
        type => Assert.Equal(type, Failure(new FailureResult(type, "m", null)).Type));

    [Theory]
    [InlineData(5000, 5000, 0)]
    [InlineData(5001, 5000, 1)]
    [InlineData(0, 37, 0)]
    public void FailureMessage_TooLongOrEmpty_IsTruncatedOrReplaced(int length, int kept, int warnings)
    {
        FailureResult failure = Failure(new FailureResult(FailureType.JobFailed, new string('m', length), null));

        Assert.Equal((kept, warnings), (failure.Message.Length, _sanitizer.Warnings.Count));
    }

    private SuccessResult Success(SuccessResult result) => _sanitizer.Sanitize(ThirdPartyJobOutcome.From(result)).Success!;

    private FailureResult Failure(FailureResult result) => _sanitizer.Sanitize(ThirdPartyJobOutcome.From(result)).Failure!;
}
