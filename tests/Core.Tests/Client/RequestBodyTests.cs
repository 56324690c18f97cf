using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Secrets;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class RequestBodyTests
{
    private static readonly Secret s_token = new("token-1");
    private static readonly ActionTypeId s_type = new("Test", "ThirdParty", "Contoso", "1");

    /// <summary>Each text input: its name, its maximum length, and a request with a given text.</summary>
    private static readonly (string Input, int Maximum, Func<string, byte[]> Body)[] s_texts =
    {
        ("JobId", 512, text => RequestBody.Details(text, s_token)),
        ("ClientToken", 256, text => RequestBody.Details("job", new Secret(text))),
        ("Nonce", 50, text => RequestBody.Acknowledge("job", text, s_token)),
        ("Provider", 35, text => RequestBody.Poll(new ActionTypeId("Test", "ThirdParty", text, "1"), null)),
        ("Version", 9, text => RequestBody.Poll(new ActionTypeId("Test", "ThirdParty", "Contoso", text), null)),
        ("Summary", 2048, text => Success(new SuccessResult { Summary = text })),
        ("ExternalExecutionId", 1500, text => Success(new SuccessResult { ExternalExecutionId = text })),
        ("ContinuationToken", 2048, text => Success(new SuccessResult { ContinuationToken = text })),
        ("Revision", 1500, text => Success(Of(new JobRevision(text, "change", null, null)))),
        ("RevisionChangeIdentifier", 100, text => Success(Of(new JobRevision("revision", text, null, null)))),
        ("RevisionSummary", 2048, text => Success(Of(new JobRevision("revision", "change", null, text)))),
        ("FailureMessage", 5000, text => Failure(new FailureResult(FailureType.JobFailed, text, null))),
        ("ExternalExecutionId", 1500, text => Failure(new FailureResult(FailureType.JobFailed, "no", text))),
    };

    public static TheoryData<int> Texts => new(Enumerable.Range(0, s_texts.Length));

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_AtLimit_IsWritten(int which)
    {
        string text = new('x', s_texts[which].Maximum);

        Assert.Contains(text, Encoding.UTF8.GetString(s_texts[which].Body(text)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_OverLimit_ThrowsWithName(int which)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => s_texts[which].Body(new string('x', s_texts[which].Maximum + 1)));

        Assert.Equal(s_texts[which].Input, error.InputName);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_Empty_Throws(int which)
    {
        // An empty Secret cannot be created.
        Assert.ThrowsAny<ArgumentException>(() => s_texts[which].Body(string.Empty));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void PercentComplete_AtLimits_IsWritten(int percent) => Assert.Contains(
        $"\"percentComplete\":{percent}", Text(Success(new SuccessResult { PercentComplete = percent })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void PercentComplete_OutOfRange_Throws(int percent) => Assert.Equal(
        "PercentComplete",
        Assert.Throws<InvalidInputException>(() => Success(new SuccessResult { PercentComplete = percent })).InputName);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void MaxBatchSize_BelowOne_Throws(int size) => Assert.Equal(
        "MaxBatchSize", Assert.Throws<InvalidInputException>(() => RequestBody.Poll(s_type, size)).InputName);

    [Theory]
    [InlineData("Tset", "ThirdParty", "Category")]
    [InlineData("Test", "Nobody", "Owner")]
    public void Poll_UnknownCategoryOrOwner_Throws(string category, string owner, string input) => Assert.Equal(
        input,
        Assert.Throws<InvalidInputException>(() =>
            RequestBody.Poll(new ActionTypeId(category, owner, "Contoso", "1"), null))
            .InputName);

    [Fact]
    public void Poll_WritesModelJson()
    {
        const string Type =
            "\"actionTypeId\":{\"category\":\"Test\",\"owner\":\"ThirdParty\",\"provider\":\"Contoso\","
            + "\"version\":\"1\"}";

        Assert.Equal("{" + Type + "}", Text(RequestBody.Poll(s_type, null)));
        Assert.Equal("{" + Type + ",\"maxBatchSize\":1}", Text(RequestBody.Poll(s_type, 1)));
    }

    [Fact]
    public void Details_WritesModelJson() =>
        Assert.Equal("{\"jobId\":\"job\",\"clientToken\":\"token-1\"}", Text(RequestBody.Details("job", s_token)));

    [Fact]
    public void Acknowledge_WritesModelJson() => Assert.Equal(
        "{\"jobId\":\"job\",\"clientToken\":\"token-1\",\"nonce\":\"3\"}",
        Text(RequestBody.Acknowledge("job", "3", s_token)));

    [Fact]
    public void Success_NoMembers_OmitsEmptyStructures() =>
        Assert.Equal("{\"jobId\":\"job\",\"clientToken\":\"token-1\"}", Text(Success(new SuccessResult())));

    [Fact]
    public void Success_AllMembers_WritesModelJson()
    {
        var result = new SuccessResult
        {
            Summary = "done",
            ExternalExecutionId = "build-7",
            PercentComplete = 100,
            ContinuationToken = "go on",
            Revision = new JobRevision(
                "r1", "c1", new DateTimeOffset(2026, 1, 31, 12, 0, 0, 250, TimeSpan.FromHours(2)), "what changed"),
        };

        Assert.Equal(
            "{\"jobId\":\"job\",\"clientToken\":\"token-1\","
            + "\"currentRevision\":{\"revision\":\"r1\",\"changeIdentifier\":\"c1\",\"created\":1769853600.25,"
            + "\"revisionSummary\":\"what changed\"},\"continuationToken\":\"go on\","
            + "\"executionDetails\":{\"summary\":\"done\",\"externalExecutionId\":\"build-7\","
            + "\"percentComplete\":100}}",
            Text(Success(result)));
    }

    [Fact]
    public void Failure_WritesModelJson() => Assert.Equal(
        "{\"jobId\":\"job\",\"clientToken\":\"token-1\",\"failureDetails\":{\"type\":\"PermissionError\","
        + "\"message\":\"no\","
        + "\"externalExecutionId\":\"build-7\"}}",
        Text(Failure(new FailureResult(FailureType.PermissionError, "no", "build-7"))));

    [Fact]
    public void Text_AnyCharacters_RoundTrips()
    {
        const string Odd = "\"quoted\" \\ \u0001 é \U0001F680 </script>\r\n";

        using JsonDocument json = JsonDocument.Parse(Success(new SuccessResult { Summary = Odd }));

        Assert.Equal(Odd, json.RootElement.GetProperty("executionDetails").GetProperty("summary").GetString());
    }

    private static SuccessResult Of(JobRevision revision) => new() { Revision = revision };

    private static byte[] Success(SuccessResult result) => RequestBody.Success("job", s_token, result);

    private static byte[] Failure(FailureResult result) => RequestBody.Failure("job", s_token, result);

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body);
}
