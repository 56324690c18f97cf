using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Compares our limits with botocore's copy of the service model, for each member.</summary>
public sealed class ServiceModelTests
{
    private const string Identifier = "[0-9A-Za-z_-]+";
    private const string Details = "GetThirdPartyJobDetails";
    private const string Acknowledge = "AcknowledgeThirdPartyJob";
    private const string Success = "PutThirdPartyJobSuccessResult";
    private const string Failure = "PutThirdPartyJobFailureResult";
    private const string Poll = "PollForThirdPartyJobs";
    private const string Configuration = Details + ":output.jobDetails.data.actionConfiguration.configuration";

    private static readonly Lazy<Task<JsonElement?>> s_model = new(LoadAsync);

    private static readonly Dictionary<string, TextLimit> s_texts = new()
    {
        [Poll + ".actionTypeId.provider"] = ServiceLimits.Provider,
        [Poll + ".actionTypeId.version"] = ServiceLimits.Version,
        [Details + ".jobId"] = ServiceLimits.JobId,
        [Details + ".clientToken"] = ServiceLimits.ClientToken,
        [Acknowledge + ".jobId"] = ServiceLimits.JobId,
        [Acknowledge + ".clientToken"] = ServiceLimits.ClientToken,
        [Acknowledge + ".nonce"] = ServiceLimits.Nonce,
        [Success + ".jobId"] = ServiceLimits.JobId,
        [Success + ".clientToken"] = ServiceLimits.ClientToken,
        [Success + ".continuationToken"] = ServiceLimits.ContinuationToken,
        [Success + ".currentRevision.revision"] = ServiceLimits.Revision,
        [Success + ".currentRevision.changeIdentifier"] = ServiceLimits.ChangeIdentifier,
        [Success + ".currentRevision.revisionSummary"] = ServiceLimits.RevisionSummary,
        [Success + ".executionDetails.summary"] = ServiceLimits.Summary,
        [Success + ".executionDetails.externalExecutionId"] = ServiceLimits.ExternalExecutionId,
        [Failure + ".jobId"] = ServiceLimits.JobId,
        [Failure + ".clientToken"] = ServiceLimits.ClientToken,
        [Failure + ".failureDetails.message"] = ServiceLimits.FailureMessage,
        [Failure + ".failureDetails.externalExecutionId"] = ServiceLimits.ExternalExecutionId,
    };

    private static readonly Dictionary<string, IReadOnlyList<string>> s_choices = new()
    {
        [Poll + ".actionTypeId.category"] = ServiceLimits.Categories,
        [Poll + ".actionTypeId.owner"] = ServiceLimits.Owners,
        [Failure + ".failureDetails.type"] = ServiceLimits.FailureTypes,
    };

    private static readonly Dictionary<string, (int? Minimum, int? Maximum)> s_numbers = new()
    {
        [Poll + ".maxBatchSize"] = (ServiceLimits.MinimumBatchSize, null),
        [Success + ".executionDetails.percentComplete"] =
            (ServiceLimits.MinimumPercentComplete, ServiceLimits.MaximumPercentComplete),
    };

    public static TheoryData<string> TextMembers => [.. s_texts.Keys];

    public static TheoryData<string> ChoiceMembers => [.. s_choices.Keys];

    public static TheoryData<string> NumberMembers => [.. s_numbers.Keys];

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(TextMembers))]
    public async Task TextLimit_MatchesModel(string member) => AssertText(await MemberAsync(member), s_texts[member]);

    [ToolTheory(Tool.Boto3)]
    [InlineData("key")]
    [InlineData("value")]
    public async Task ConfigurationLimit_MatchesModel(string part) => AssertText(
        await MemberAsync($"{Configuration}.{part}"),
        part == "key" ? ServiceLimits.ConfigurationKey : ServiceLimits.ConfigurationValue);

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(ChoiceMembers))]
    public async Task ClosedSet_MatchesModel(string member) => Assert.Equal(
        Texts((await MemberAsync(member)).GetProperty("enum")), s_choices[member]);

    [ToolFact(Tool.Boto3)]
    public async Task JobStatuses_MatchModel() => Assert.Equal(
        Texts((await MemberAsync(Acknowledge + ":output.status")).GetProperty("enum")), ServiceLimits.JobStatuses);

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(NumberMembers))]
    public async Task NumberLimit_MatchesModel(string member)
    {
        JsonElement model = await MemberAsync(member);

        Assert.Equal(s_numbers[member], (Number(model, "min"), Number(model, "max")));
    }

    /// <summary>Fails if a later model limits a member that the tables above do not contain.</summary>
    [ToolFact(Tool.Boto3)]
    public async Task LimitedInputMembers_OfModel_AreCovered()
    {
        JsonElement members = (await ModelAsync()).GetProperty("members");

        string[] limited = [.. members.EnumerateObject()
            .Where(member => !member.Name.Contains(":output", StringComparison.Ordinal))
            .Where(member => new[] { "min", "max", "pattern", "enum" }
                .Any(limit => member.Value.GetProperty(limit).ValueKind != JsonValueKind.Null))
            .Select(member => member.Name)
            .Order(StringComparer.Ordinal)];

        Assert.Equal(s_texts.Keys.Concat(s_choices.Keys).Concat(s_numbers.Keys).Order(StringComparer.Ordinal), limited);
    }

    /// <summary>The required members of the model, with the case that omits each.</summary>
    public static IReadOnlyDictionary<string, string> Required { get; } = new Dictionary<string, string>
    {
        [Poll + ".actionTypeId"] = "poll: no action type",
        [Poll + ".actionTypeId.category"] = "poll: no category",
        [Poll + ".actionTypeId.owner"] = "poll: no owner",
        [Poll + ".actionTypeId.provider"] = "poll: no provider",
        [Poll + ".actionTypeId.version"] = "poll: no version",
        [Details + ".jobId"] = "details: no job id",
        [Details + ".clientToken"] = "details: no client token",
        [Acknowledge + ".jobId"] = "acknowledge: no job id",
        [Acknowledge + ".nonce"] = "acknowledge: no nonce",
        [Acknowledge + ".clientToken"] = "acknowledge: no client token",
        [Success + ".jobId"] = "success: no job id",
        [Success + ".clientToken"] = "success: no client token",
        [Success + ".currentRevision.revision"] = "success: no revision in a revision",
        [Success + ".currentRevision.changeIdentifier"] = "success: no change identifier",
        [Failure + ".jobId"] = "failure: no job id",
        [Failure + ".clientToken"] = "failure: no client token",
        [Failure + ".failureDetails"] = "failure: no details",
        [Failure + ".failureDetails.type"] = "failure: no type",
        [Failure + ".failureDetails.message"] = "failure: no message",
    };

    [ToolFact(Tool.Boto3)]
    public async Task RequiredMembers_MatchModelAndHaveParityCases()
    {
        JsonElement members = (await ModelAsync()).GetProperty("members");

        string[] required = [.. members.EnumerateObject()
            .Where(member => !member.Name.Contains(":output", StringComparison.Ordinal))
            .Where(member => member.Value.TryGetProperty("required", out JsonElement value) && value.GetBoolean())
            .Select(member => member.Name)
            .Order(StringComparer.Ordinal)];

        Assert.Equal(Required.Keys.Order(StringComparer.Ordinal), required);
        Assert.All(Required.Values, name => Assert.Equal("refused", Parity.ParityTable.All[name].Peers));
    }

    [ToolFact(Tool.Boto3)]
    public async Task Operations_MatchModel()
    {
        JsonElement model = await ModelAsync();

        Assert.Equal(
            new[] { Acknowledge, Details, Poll, Failure, Success }.Order(StringComparer.Ordinal),
            Texts(model.GetProperty("operations")).Order(StringComparer.Ordinal));
        Assert.Equal("CodePipeline_20150709", model.GetProperty("targetPrefix").GetString());
    }

    private static async Task<JsonElement> ModelAsync()
    {
        await Tools.PythonWithBoto3Async();
        return (await s_model.Value)!.Value;
    }

    private static async Task<JsonElement> MemberAsync(string member) =>
        (await ModelAsync()).GetProperty("members").GetProperty(member);

    private static async Task<JsonElement?> LoadAsync()
    {
        ClientResult result = (await ClientProcess.RunAsync(
            await Tools.PythonWithBoto3Async(), [Tools.Script("service_model.py")]))!;
        return result.ExitCode == 0
            ? JsonDocument.Parse(result.Output).RootElement
            : throw new InvalidOperationException(result.Error);
    }

    private static void AssertText(JsonElement model, TextLimit limit)
    {
        Assert.Equal((limit.Minimum, limit.Maximum), (Number(model, "min"), Number(model, "max")));
        Assert.Equal(limit.IdentifierOnly ? Identifier : null, model.GetProperty("pattern").GetString());
    }

    private static int? Number(JsonElement model, string limit) =>
        model.GetProperty(limit) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private static IEnumerable<string> Texts(JsonElement array) =>
        array.EnumerateArray().Select(each => each.GetString()!);
}
