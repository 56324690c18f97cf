using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class DetailsTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Details_FullJob_ContainAllModelMembers()
    {
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type)
        {
            Configuration = new Dictionary<string, string> { ["ProjectName"] = "Röntgen \"1\"" },
            PipelineName = "P.1",
            StageName = "S@1",
            ActionName = "A_1",
            InputArtifacts = ["Source-1"],
            OutputArtifacts = ["Report_1"],
            EncryptionKeyId = "arn:aws:kms:us-east-1:111122223333:key/1",
            ContinuationToken = "where-we-were",
        });
        await _host.PollAsync();

        JsonElement details = (await _host.DetailsAsync(job)).Details;

        Assert.Equal(job.JobId, details.GetProperty("id").GetString());
        Assert.Equal(job.Nonce, details.GetProperty("nonce").GetString());
        JsonElement data = details.GetProperty("data");
        Assert.Equal(
            """{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"}""",
            data.GetProperty("actionTypeId").GetRawText());
        Assert.Equal(
            "Röntgen \"1\"",
            data.GetProperty("actionConfiguration").GetProperty("configuration").GetProperty(
                "ProjectName").GetString());
        JsonElement context = data.GetProperty("pipelineContext");
        Assert.Equal("P.1", context.GetProperty("pipelineName").GetString());
        Assert.Equal("S@1", context.GetProperty("stage").GetProperty("name").GetString());
        Assert.Equal("A_1", context.GetProperty("action").GetProperty("name").GetString());
        Assert.Equal(job.ActionExecutionId, context.GetProperty("action").GetProperty("actionExecutionId").GetString());
        Assert.False(context.TryGetProperty("pipelineArn", out _));
        Assert.Equal("Source-1", data.GetProperty("inputArtifacts")[0].GetProperty("name").GetString());
        Assert.Equal("Report_1", data.GetProperty("outputArtifacts")[0].GetProperty("name").GetString());
        Assert.Equal("where-we-were", data.GetProperty("continuationToken").GetString());
        Assert.Equal(
            """{"id":"arn:aws:kms:us-east-1:111122223333:key/1","type":"KMS"}""",
            data.GetProperty("encryptionKey").GetRawText());
    }

    [Fact]
    public async Task Details_MinimalJob_OmitOptionalMembers()
    {
        JsonElement data = (await _host.DetailsAsync(_host.AddJob())).Details.GetProperty("data");

        Assert.False(data.TryGetProperty("continuationToken", out _));
        Assert.False(data.TryGetProperty("encryptionKey", out _));
        Assert.Equal("[]", data.GetProperty("inputArtifacts").GetRawText());
    }

    [Fact]
    public async Task Details_Repeated_ReturnNewCredentials()
    {
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(EmulatorHost.Type) { InputArtifacts = ["In"] });

        JsonElement first = (await _host.DetailsAsync(job)).Details.GetProperty("data");
        JsonElement second = (await _host.DetailsAsync(job)).Details.GetProperty("data");

        Assert.Equal(
            first.GetProperty("inputArtifacts").GetRawText(), second.GetProperty("inputArtifacts").GetRawText());
        JsonElement location = first.GetProperty("inputArtifacts")[0].GetProperty("location");
        Assert.Equal("S3", location.GetProperty("type").GetString());
        Assert.Equal(
            job.InputArtifacts[0].BucketName, location.GetProperty("s3Location").GetProperty("bucketName").GetString());
        Assert.Equal(
            job.InputArtifacts[0].ObjectKey, location.GetProperty("s3Location").GetProperty("objectKey").GetString());
        foreach (string member in new[] { "accessKeyId", "secretAccessKey", "sessionToken" })
        {
            Assert.NotEqual(Credential(first, member), Credential(second, member));
        }

        Assert.Matches("^ASIA[A-Z2-7]{16}$", Credential(first, "accessKeyId"));
    }

    [Fact]
    public async Task Details_WrongToken_ReturnErrorWithoutToken()
    {
        EmulatedJob job = _host.AddJob();

        EmulatorResponse response = await _host.CallAsync(
            EmulatorHost.Details, new { jobId = job.JobId, clientToken = "not-the-token" });

        Assert.Equal((400, "InvalidClientTokenException"), (response.StatusCode, response.Error));
        Assert.DoesNotContain("not-the-token", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_TokenOfOtherClient_ReturnInvalidClientToken()
    {
        EmulatedJob job = _host.AddJob();
        EmulatedJob other = _host.AddJob();

        EmulatorResponse response = await _host.CallAsync(
            EmulatorHost.Details, new { jobId = job.JobId, clientToken = other.ClientToken.Reveal() });

        Assert.Equal("InvalidClientTokenException", response.Error);
    }

    [Fact]
    public async Task Details_UnknownJob_ReturnJobNotFound()
    {
        EmulatorResponse response = await _host.CallAsync(
            EmulatorHost.Details, new { jobId = "nowhere", clientToken = "t" });

        Assert.Equal((400, "JobNotFoundException"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task Details_JobInProgress_KeepNonce()
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();

        Assert.Equal(job.Nonce, (await _host.DetailsAsync(job)).Nonce);
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("TimedOut")]
    public async Task Details_FinishedJob_ReturnInvalidJob(string status)
    {
        EmulatedJob job = await _host.ClaimNewJobAsync();
        switch (status)
        {
            case "Succeeded":
                await _host.SucceedAsync(job);
                break;
            case "Failed":
                await _host.FailAsync(job);
                break;
            default:
                _host.Clock.Advance(TimeSpan.FromHours(1));
                break;
        }

        EmulatorResponse response = await _host.DetailsAsync(job);

        Assert.Equal((400, "InvalidJobException"), (response.StatusCode, response.Error));
        Assert.Equal(status, _host.JobOf(job).Status);
    }

    private static string Credential(JsonElement data, string member) =>
        data.GetProperty("artifactCredentials").GetProperty(member).GetString()!;
}
