using System;
using System.Text;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker.Journal;

/// <summary>Serializes and parses journal lines, including invalid ones.</summary>
public sealed class JournalFormatTests
{
    private const string Head =
        "\"time\":\"2030-01-01T00:00:00Z\",\"job\":\"j\",\"type\":\"Test/ThirdParty/Contoso/1\"";
    private static readonly JobTicket s_job = new("job-1", "client-1", FakeQueue.Type);
    private static readonly DateTimeOffset s_time = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"entry\":7}")]
    [InlineData("{\"entry\":\"opened\"}")]
    [InlineData("{\"entry\":\"opened\",\"version\":2}")]
    [InlineData("{\"entry\":\"opened\",\"version\":\"1\"}")]
    [InlineData("{\"entry\":\"done\"}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":7}")]
    [InlineData("{\"entry\":\"lost\"," + Head + "}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":\"j\",\"time\":\"2030-01-01T00:00:00Z\"}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":\"j\",\"type\":\"a/b/c\",\"time\":\"2030-01-01T00:00:00Z\"}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":\"j\",\"type\":\"a/b/c/1\"}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":\"j\",\"type\":\"a/b/c/1\",\"time\":\"soon\"}")]
    [InlineData("{\"entry\":\"claimed\",\"runs\":-1," + Head + "}")]
    [InlineData("{\"entry\":\"result\",\"failureType\":\"JobFailed\"," + Head + "}")]
    [InlineData("{\"entry\":\"claimed\"," + Head)]
    public void Read_InvalidLine_Throws(string line)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => JournalFormat.Read(line));

        Assert.True(error is FormatException || JsonErrors.Is(error), error.ToString());
    }

    [Fact]
    public void Read_UnknownFailureType_IsJobFailed()
    {
        string line = "{\"entry\":\"result\",\"failureType\":\"Later\",\"message\":\"m\"," + Head + "}";

        Assert.Equal(
            new FailureResult(FailureType.JobFailed, "m", null),
            JournalFormat.Read(line)!.Value.Entry!.Result!.Failure);
    }

    [Fact]
    public void Read_EmptyRevision_HasEmptyMembers()
    {
        string line = "{\"entry\":\"result\",\"revision\":{}," + Head + "}";

        Assert.Equal(
            new JobRevision(string.Empty, string.Empty, null, null),
            JournalFormat.Read(line)!.Value.Entry!.Result!.Success!.Revision);
    }

    [Theory]
    [InlineData("all", true)]
    [InlineData(null, false)]
    public void Read_SerializedSuccess_IsEqual(string? text, bool hasNumbers)
    {
        var result = new SuccessResult
        {
            Summary = text,
            ContinuationToken = text,
            ExternalExecutionId = text,
            PercentComplete = hasNumbers ? 0 : null,
            Revision = hasNumbers ? new JobRevision("r", "c", s_time, text) : new JobRevision("r", "c", null, null),
        };

        SuccessResult read = Back(ThirdPartyJobOutcome.From(result)).Success!;

        Assert.Equal(
            (result.Summary, result.ContinuationToken, result.ExternalExecutionId, result.PercentComplete,
                result.Revision),
            (read.Summary, read.ContinuationToken, read.ExternalExecutionId, read.PercentComplete, read.Revision));
    }

    [Theory]
    [InlineData(FailureType.SystemUnavailable, "id")]
    [InlineData(FailureType.ConfigurationError, null)]
    public void Read_SerializedFailure_IsEqual(FailureType type, string? id)
    {
        var failure = new FailureResult(type, "two\nlines \"quoted\"", id);

        Assert.Equal(failure, Back(ThirdPartyJobOutcome.From(failure)).Failure);
    }

    [Fact]
    public void Holder_OpenedLine_NamesProcessAndHost()
    {
        string line = Encoding.UTF8.GetString(JournalFormat.Opened(s_time, 42, "build-7"));

        Assert.Equal("process 42 on build-7", JournalFormat.Holder(line));
        Assert.Null(JournalFormat.Holder("{\"entry\":\"opened\",\"host\":\"h\"}"));
        Assert.Null(JournalFormat.Holder("{\"entry\":\"opened\",\"pid\":1}"));
        Assert.Null(JournalFormat.Holder("no JSON"));
        Assert.Null(JournalFormat.Read(line));
    }

    private static ThirdPartyJobOutcome Back(ThirdPartyJobOutcome outcome)
    {
        byte[] line = JournalFormat.Serialize(
            new JournalEntry(s_job, JournalStage.Result, s_time) { Result = outcome });
        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
        (string jobId, JournalEntry? entry) = JournalFormat.Read(Encoding.UTF8.GetString(line))!.Value;
        Assert.Equal((s_job.JobId, s_job, s_time), (jobId, entry!.Job, entry.Time));
        return entry.Result!;
    }
}
