using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Parameters;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Parameters;

public sealed class SelectionTests
{
    private static readonly ThirdPartyJobDetail s_job = new(
        new FakeClient().Job(),
        new JobDetails { Nonce = "nonce-1", EncryptionKey = new EncryptionKey("key-1", "KMS") });

    private readonly GetThirdPartyJobDetailCommand _command = new() { JobId = "typed" };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("JobDetails")]
    public void Whole_IsTheJob(string? select) => Assert.Same(s_job, Of(select));

    [Theory]
    [InlineData("Nonce", "nonce-1")]
    [InlineData("nonce", "nonce-1")]
    [InlineData("Id", "job-1")]
    [InlineData("JobDetails.Id", "job-1")]
    [InlineData("JobDetails.Nonce", "nonce-1")]
    [InlineData("EncryptionKey.Id", "key-1")]
    [InlineData("^JobId", "typed")]
    [InlineData("^jobid", "typed")]
    public void Path_IsItsValue(string select, string value) => Assert.Equal(value, Of(select));

    [Theory]
    [InlineData("ContinuationToken")]
    [InlineData("ArtifactCredentials.AccessKeyId")]
    public void Path_ThroughNothing_IsNothing(string select) => Assert.Null(Of(select));

    [Theory]
    [InlineData("Colour")]
    [InlineData("JobDetails.Colour")]
    [InlineData("^Colour")]
    public void Path_ThatIsNotThere_IsRefusedByName(string select)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Of(select));

        Assert.Equal("Select", error.InputName);
        Assert.Contains("'Colour'", error.Message, StringComparison.Ordinal);
    }

    private object? Of(string? select) => Selection.Of(select, s_job, _command);
}
