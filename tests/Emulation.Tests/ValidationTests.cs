using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Tests every limit of the service model, at the limit and beyond it.</summary>
public sealed class ValidationTests : IDisposable
{
    private const string Identifier = "[0-9A-Za-z_-]+";

    private readonly EmulatorHost _host = new(
        clock => new EmulatorOptions { Clock = clock, ActionTypes = [EmulatorHost.Type] });

    /// <summary>Operation, member path, minimum and maximum length.</summary>
    public static TheoryData<string, string, int, int> TextLimits => new()
    {
        { EmulatorHost.Poll, "actionTypeId.provider", 1, 35 },
        { EmulatorHost.Poll, "actionTypeId.version", 1, 9 },
        { EmulatorHost.Details, "jobId", 1, 512 },
        { EmulatorHost.Details, "clientToken", 1, 256 },
        { EmulatorHost.Acknowledge, "jobId", 1, 512 },
        { EmulatorHost.Acknowledge, "nonce", 1, 50 },
        { EmulatorHost.Acknowledge, "clientToken", 1, 256 },
        { EmulatorHost.Success, "jobId", 1, 512 },
        { EmulatorHost.Success, "clientToken", 1, 256 },
        { EmulatorHost.Success, "continuationToken", 1, 2048 },
        { EmulatorHost.Success, "currentRevision.revision", 1, 1500 },
        { EmulatorHost.Success, "currentRevision.changeIdentifier", 1, 100 },
        { EmulatorHost.Success, "currentRevision.revisionSummary", 1, 2048 },
        { EmulatorHost.Success, "executionDetails.summary", 1, 2048 },
        { EmulatorHost.Success, "executionDetails.externalExecutionId", 1, 1500 },
        { EmulatorHost.Failure, "jobId", 1, 512 },
        { EmulatorHost.Failure, "clientToken", 1, 256 },
        { EmulatorHost.Failure, "failureDetails.message", 1, 5000 },
        { EmulatorHost.Failure, "failureDetails.externalExecutionId", 1, 1500 },
    };

    public void Dispose() => _host.Dispose();

    [Theory]
    [MemberData(nameof(TextLimits))]
    public async Task Text_LengthAtLimits_IsAccepted(string operation, string path, int minimum, int maximum)
    {
        Assert.NotEqual("ValidationException", (await SendAsync(operation, path, new string('a', minimum))).Error);
        Assert.NotEqual("ValidationException", (await SendAsync(operation, path, new string('a', maximum))).Error);
    }

    [Theory]
    [MemberData(nameof(TextLimits))]
    public async Task Text_TooLong_ReturnsValidationError(
        string operation, string path, int minimum, int maximum)
    {
        Assert.True(minimum <= maximum);

        AssertInvalid(
            await SendAsync(operation, path, new string('a', maximum + 1)),
            path,
            $"Member must have length less than or equal to {maximum}");
    }

    [Theory]
    [MemberData(nameof(TextLimits))]
    public async Task Text_TooShort_ReturnsValidationError(
        string operation, string path, int minimum, int maximum)
    {
        Assert.True(minimum <= maximum);

        EmulatorResponse response = await SendAsync(operation, path, new string('a', minimum - 1));

        Assert.Equal("ValidationException", response.Error);
        Assert.Contains(
            $"Value at '{path}' failed to satisfy constraint: Member must have length greater than or "
                + $"equal to {minimum}",
            response.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_SurrogatePairs_CountAsOneCharacter()
    {
        string longest = string.Concat(Enumerable.Repeat("\U0001F600", 100));

        Assert.NotEqual(
            "ValidationException",
            (await SendAsync(EmulatorHost.Success, "currentRevision.changeIdentifier", longest)).Error);
        Assert.Equal(
            "ValidationException",
            (await SendAsync(EmulatorHost.Success, "currentRevision.changeIdentifier", longest + "x")).Error);
    }

    [Theory]
    [InlineData("actionTypeId.provider")]
    [InlineData("actionTypeId.version")]
    public async Task Identifier_InvalidCharacters_ReturnsValidationError(string path)
    {
        AssertInvalid(
            await SendAsync(EmulatorHost.Poll, path, "a b"),
            path,
            "Member must satisfy regular expression pattern: " + Identifier);
    }

    [Theory]
    [InlineData(
        EmulatorHost.Poll, "actionTypeId.category", "test", "[Source, Build, Deploy, Test, Invoke, Approval, Compute]")]
    [InlineData(EmulatorHost.Poll, "actionTypeId.owner", "Me", "[AWS, ThirdParty, Custom]")]
    [InlineData(
        EmulatorHost.Failure,
        "failureDetails.type",
        "PermissionsError",
        "[JobFailed, ConfigurationError, PermissionError, RevisionOutOfSync, RevisionUnavailable, SystemUnavailable]")]
    public async Task Choice_UnknownValue_ReturnsValidationError(
        string operation, string path, string value, string set) =>
        AssertInvalid(await SendAsync(operation, path, value), path, "Member must satisfy enum value set: " + set);

    [Theory]
    [InlineData("JobFailed")]
    [InlineData("ConfigurationError")]
    [InlineData("PermissionError")]
    [InlineData("RevisionOutOfSync")]
    [InlineData("RevisionUnavailable")]
    [InlineData("SystemUnavailable")]
    public async Task FailureType_OfModel_IsAccepted(string type)
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        Assert.Equal(200, (await _host.FailAsync(job, type)).StatusCode);
        Assert.Equal(type, _host.JobOf(job).FailureType);
    }

    [Theory]
    [InlineData(EmulatorHost.Poll, "maxBatchSize", 1)]
    [InlineData(EmulatorHost.Poll, "maxBatchSize", int.MaxValue)]
    [InlineData(EmulatorHost.Success, "executionDetails.percentComplete", 0)]
    [InlineData(EmulatorHost.Success, "executionDetails.percentComplete", 100)]
    public async Task Number_AtLimits_IsAccepted(string operation, string path, int value) =>
        Assert.NotEqual("ValidationException", (await SendAsync(operation, path, value)).Error);

    [Theory]
    [InlineData(EmulatorHost.Poll, "maxBatchSize", 0, "greater than or equal to 1")]
    [InlineData(EmulatorHost.Success, "executionDetails.percentComplete", -1, "greater than or equal to 0")]
    [InlineData(EmulatorHost.Success, "executionDetails.percentComplete", 101, "less than or equal to 100")]
    public async Task Number_OutOfRange_ReturnsValidationError(
        string operation, string path, int value, string constraint) =>
        AssertInvalid(await SendAsync(operation, path, value), path, "Member must have value " + constraint);

    [Theory]
    [InlineData(EmulatorHost.Poll, "actionTypeId")]
    [InlineData(EmulatorHost.Poll, "actionTypeId.category")]
    [InlineData(EmulatorHost.Poll, "actionTypeId.owner")]
    [InlineData(EmulatorHost.Poll, "actionTypeId.provider")]
    [InlineData(EmulatorHost.Poll, "actionTypeId.version")]
    [InlineData(EmulatorHost.Details, "jobId")]
    [InlineData(EmulatorHost.Details, "clientToken")]
    [InlineData(EmulatorHost.Acknowledge, "jobId")]
    [InlineData(EmulatorHost.Acknowledge, "nonce")]
    [InlineData(EmulatorHost.Acknowledge, "clientToken")]
    [InlineData(EmulatorHost.Success, "jobId")]
    [InlineData(EmulatorHost.Success, "clientToken")]
    [InlineData(EmulatorHost.Success, "currentRevision.revision")]
    [InlineData(EmulatorHost.Success, "currentRevision.changeIdentifier")]
    [InlineData(EmulatorHost.Failure, "jobId")]
    [InlineData(EmulatorHost.Failure, "clientToken")]
    [InlineData(EmulatorHost.Failure, "failureDetails")]
    [InlineData(EmulatorHost.Failure, "failureDetails.type")]
    [InlineData(EmulatorHost.Failure, "failureDetails.message")]
    public async Task RequiredMember_NullOrMissing_ReturnsValidationError(string operation, string path)
    {
        AssertInvalid(await SendAsync(operation, path, null), path, "Member must not be null");
        AssertInvalid(await SendAsync(operation, path, null, remove: true), path, "Member must not be null");
    }

    [Fact]
    public async Task SeveralErrors_AreReportedTogether()
    {
        EmulatorResponse response = await _host.SendAsync(EmulatorHost.Acknowledge, "{}");

        Assert.Equal(
            "3 validation errors detected: "
                + "Value at 'jobId' failed to satisfy constraint: Member must not be null; "
                + "Value at 'nonce' failed to satisfy constraint: Member must not be null; "
                + "Value at 'clientToken' failed to satisfy constraint: Member must not be null",
            response.Message);
    }

    [Fact]
    public async Task ClientToken_Invalid_IsNotInMessage()
    {
        string token = new('s', 257);

        EmulatorResponse response = await SendAsync(EmulatorHost.Details, "clientToken", token);

        Assert.Equal("ValidationException", response.Error);
        Assert.DoesNotContain("sss", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvalidInput_ValidJob_ChangesNothing()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        EmulatorResponse response = await _host.FailAsync(job, message: new string('m', 5001));

        Assert.Equal("ValidationException", response.Error);
        Assert.Equal((JobStatus.InProgress, 0), (_host.JobOf(job).Status, _host.JobOf(job).ResultCount));
    }

    private static void AssertInvalid(EmulatorResponse response, string path, string constraint)
    {
        Assert.Equal((400, "ValidationException"), (response.StatusCode, response.Error));
        Assert.Equal(
            $"1 validation error detected: Value at '{path}' failed to satisfy constraint: {constraint}",
            response.Message);
    }

    private static JsonObject Valid(string operation) => JsonNode.Parse(operation switch
    {
        EmulatorHost.Poll => """
            {"actionTypeId":{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"},
            "maxBatchSize":1}
            """,
        EmulatorHost.Details => """{"jobId":"x","clientToken":"t"}""",
        EmulatorHost.Acknowledge => """{"jobId":"x","nonce":"1","clientToken":"t"}""",
        EmulatorHost.Success => """
            {"jobId":"x","clientToken":"t","continuationToken":"c",
            "currentRevision":{"revision":"r","changeIdentifier":"c","created":1,"revisionSummary":"s"},
            "executionDetails":{"summary":"s","externalExecutionId":"e","percentComplete":1}}
            """,
        _ => """
            {"jobId":"x","clientToken":"t",
            "failureDetails":{"type":"JobFailed","message":"m","externalExecutionId":"e"}}
            """,
    })!.AsObject();

    /// <summary>Sends a valid input with one member changed or removed.</summary>
    private Task<EmulatorResponse> SendAsync(string operation, string path, JsonNode? value, bool remove = false)
    {
        JsonObject input = Valid(operation);
        string[] members = path.Split('.');
        JsonObject parent = members.Length == 1 ? input : input[members[0]]!.AsObject();
        parent.Remove(members[^1]);
        if (!remove)
        {
            parent[members[^1]] = value;
        }

        return _host.SendAsync(operation, input.ToJsonString());
    }
}
