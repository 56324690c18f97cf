using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Parameters;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Parameters;

public sealed class InputSkeletonTests
{
    /// <summary>The members of each request in the service model.</summary>
    public static TheoryData<string, string> Members => new()
    {
        {
            "PollForThirdPartyJobs",
            "actionTypeId.category actionTypeId.owner actionTypeId.provider actionTypeId.version maxBatchSize"
        },
        { "GetThirdPartyJobDetails", "clientToken jobId" },
        { "AcknowledgeThirdPartyJob", "clientToken jobId nonce" },
        {
            "PutThirdPartyJobSuccessResult",
            "clientToken continuationToken currentRevision.changeIdentifier currentRevision.created "
            + "currentRevision.revision "
            + "currentRevision.revisionSummary executionDetails.externalExecutionId executionDetails.percentComplete "
            + "executionDetails.summary jobId"
        },
        {
            "PutThirdPartyJobFailureResult",
            "clientToken failureDetails.externalExecutionId failureDetails.message failureDetails.type jobId"
        },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void Skeleton_HasMembersOfServiceModel(string operation, string members)
    {
        using JsonDocument json = JsonDocument.Parse(InputSkeleton.ForRequest(operation));

        Assert.Equal(members.Split(' '), Names(json.RootElement).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("acknowledge-third-party-job", "AcknowledgeThirdPartyJob")]
    [InlineData("poll-for-third-party-jobs", "PollForThirdPartyJobs")]
    [InlineData("put-third-party-job-success-result", "PutThirdPartyJobSuccessResult")]
    [InlineData("ACKNOWLEDGETHIRDPARTYJOB", "AcknowledgeThirdPartyJob")]
    [InlineData("Confirm-CPThirdPartyJob", "AcknowledgeThirdPartyJob")]
    [InlineData("get-cpthirdpartyjobdetail", "GetThirdPartyJobDetails")]
    [InlineData("Get-CPThirdPartyJob", "PollForThirdPartyJobs")]
    [InlineData("Complete-CPThirdPartyJob", "PutThirdPartyJobSuccessResult")]
    public void Skeleton_OfAnyName_IsTheOperations(string name, string operation) =>
        Assert.Equal(InputSkeleton.ForRequest(operation), InputSkeleton.ForRequest(name));

    [Fact]
    public void Skeleton_UnknownOperation_ListsOperations()
    {
        InvalidInputException error =
            Assert.Throws<InvalidInputException>(() => InputSkeleton.ForRequest("PollForJobs"));

        Assert.Contains("'PollForJobs'", error.Message, StringComparison.Ordinal);
        Assert.Contains("AcknowledgeThirdPartyJob", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOfferedOperation_HasASkeleton() =>
        Assert.All(InputSkeleton.Operations, operation => Assert.NotEmpty(InputSkeleton.ForRequest(operation)));

    [Fact]
    public void Command_AsJson_GivesTheText()
    {
        FakeHost host = new NewThirdPartySkeletonCommand { Operation = "AcknowledgeThirdPartyJob",
            AsJson = true }.Run();

        Assert.Equal(InputSkeleton.ForRequest("AcknowledgeThirdPartyJob"), Assert.Single(host.Objects));
    }

    [Fact]
    public void Skeleton_UnknownOperation_WritesOneError()
    {
        FakeHost host = new NewThirdPartySkeletonCommand { Operation = "Nothing" }.Run();

        Assert.Equal(("InvalidInput", "Nothing"), (Assert.Single(host.Errors).Id, host.Errors[0].Target));
    }

    private static IEnumerable<string> Names(JsonElement element, string prefix = "") =>
        element.EnumerateObject().SelectMany(
        member => member.Value.ValueKind == JsonValueKind.Object
            ? Names(member.Value, prefix + member.Name + ".")
            : new[] { prefix + member.Name });
}
