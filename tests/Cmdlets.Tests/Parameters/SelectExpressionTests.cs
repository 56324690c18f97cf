using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Parameters;

public sealed class SelectExpressionTests
{
    private static readonly ThirdPartyJobDetail s_job = new(
        new FakeClient().Job(),
        new JobDetailsResponse
        {
            Nonce = "nonce-1",
            EncryptionKey = new EncryptionKey("key-1", "KMS"),
            InputArtifacts = new[]
            {
                new JobArtifact("a", null, "S3", "bucket-a", "key-a"),
                new JobArtifact("b", null, "S3", "bucket-b", "key-b"),
            },
        });

    private static readonly GetThirdPartyJobDetailsResponse s_response =
        new(s_job, new ResponseDetails("request-1", 42));

    private readonly GetThirdPartyJobDetailCommand _command = new() { JobId = "typed", Region = "eu-west-1" };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Select_Empty_KeepsCmdletOutput(string? select) => Assert.Null(
        SelectExpression.Parse(select, isPassThru: false, _command.GetType(), typeof(GetThirdPartyJobDetailsResponse)));

    [Fact]
    public void Star_SelectsWholeResponse() => Assert.Same(s_response, Assert.Single(Of("*")));

    [Fact]
    public void JobDetails_AreTheJob() => Assert.Same(s_job, Assert.Single(Of("JobDetails")));

    [Theory]
    [InlineData("Nonce", "nonce-1")]
    [InlineData("nonce", "nonce-1")]
    [InlineData("Id", "job-1")]
    [InlineData("JobDetails.Id", "job-1")]
    [InlineData("JobDetails.Nonce", "nonce-1")]
    [InlineData("EncryptionKey.Id", "key-1")]
    [InlineData("JobDetails.Data.EncryptionKey.Type", "KMS")]
    [InlineData("JobDetails.Data.EncryptionKey.Type.Value", "KMS")]
    [InlineData("JobDetails.Data.ActionTypeId.Category.Value", "Test")]
    [InlineData("ResponseMetadata.RequestId", "request-1")]
    [InlineData("^JobId", "typed")]
    [InlineData("^jobid", "typed")]
    [InlineData("^RegionToCall", "eu-west-1")]
    public void Path_IsItsValue(string select, string value) => Assert.Equal(value, Assert.Single(Of(select)));

    [Theory]
    [InlineData("InputArtifacts.Name", new[] { "a", "b" })]
    [InlineData(
        "JobDetails.Data.InputArtifacts.Location.S3Location.BucketName", new[] { "bucket-a", "bucket-b" })]
    [InlineData("JobDetails.Data.InputArtifacts.Location.Type.Value", new[] { "S3", "S3" })]
    public void Path_ThroughAList_IsEachItems(string select, string[] values) => Assert.Equal(values, Of(select));

    [Fact]
    public void ClientToken_SelectsResolvedToken() => Assert.Equal(FakeClient.Token, Assert.Single(Of("^ClientToken")));

    [Theory]
    [InlineData("ContinuationToken")]
    [InlineData("ArtifactCredentials.AccessKeyId")]
    [InlineData("^ProfileName")]
    public void Path_ThroughNull_SelectsNothing(string select) => Assert.Empty(Of(select));

    [Theory]
    [InlineData("Colour", "Colour")]
    [InlineData("JobDetails.Colour", "Colour")]
    [InlineData("JobDetails.Data.Colour.X", "Colour")]
    [InlineData("Nonce.Length", "Length")]
    [InlineData("Nonce.Value", "Value")]
    [InlineData("^Colour", "Colour")]
    [InlineData("^InputObject", "InputObject")]
    [InlineData("^CommandRuntime", "CommandRuntime")]
    public void Path_ThatIsNotThere_IsRefusedByName(string select, string name)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Of(select));

        Assert.Equal("Select", error.InputName);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PassThru_EmitsJobIdAndRejectsSelect()
    {
        Assert.Equal("typed", Assert.Single(Of(null, isPassThru: true)));
        Assert.Throws<InvalidInputException>(() => Of("*", isPassThru: true));
    }

    private IEnumerable<object> Of(string? select, bool isPassThru = false) =>
        SelectExpression.Parse(select, isPassThru, _command.GetType(), typeof(GetThirdPartyJobDetailsResponse))!
            .From(s_response, s_job, _command);
}
