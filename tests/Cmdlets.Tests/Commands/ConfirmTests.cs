using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class ConfirmTests
{
    private readonly FakeClient _client = new();

    [Fact]
    public void Claim_EmitsTheJobInProgress()
    {
        FakeHost host = new ConfirmThirdPartyJobCommand { JobId = "job-1", Nonce = "nonce-1" }.Run(_client.Host());

        ThirdPartyJob job = Assert.IsType<ThirdPartyJob>(Assert.Single(host.Objects));
        Assert.Equal(("job-1", JobStatus.InProgress), (job.JobId, job.Status));
        Assert.Equal(
            ("Acknowledge", "job-1", FakeClient.Token.Reveal(), "nonce-1"), Assert.Single(_client.Calls));
    }

    [Theory]
    [InlineData("Queued")]
    [InlineData("TimedOut")]
    [InlineData("Teleported")]
    [InlineData("")]
    public void Claim_OtherStatus_WritesJobTaken(string status)
    {
        _client.Acknowledge = () => status;

        FakeHost host = new ConfirmThirdPartyJobCommand { JobId = "job-1", Nonce = "nonce-1" }.Run(_client.Host());

        Assert.Empty(host.Objects);
        Assert.Equal("JobTaken", Assert.Single(host.Errors).Id);
        Assert.Contains($"'{status}'", host.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_InvalidNonce_WritesJobTaken()
    {
        _client.Acknowledge = () => throw new InvalidNonceException(FakeClient.Error("InvalidNonceException"));

        FakeHost host = new ConfirmThirdPartyJobCommand { JobId = "job-1", Nonce = "nonce-1" }.Run(_client.Host());

        Assert.Empty(host.Objects);
        Assert.Equal("JobTaken", Assert.Single(host.Errors).Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Claim_WithoutANonce_ReadsItFirst(string? nonce)
    {
        _client.Details = () => new JobDetailsResponse { Nonce = "fetched", PipelineName = "p" };

        FakeHost host = new ConfirmThirdPartyJobCommand { JobId = "job-1", Nonce = nonce }.Run(_client.Host());

        Assert.Equal(new[] { "Details", "Acknowledge" }, _client.Calls.Select(call => call.Operation));
        Assert.Equal("fetched", _client.Calls[1].Input);
        ThirdPartyJobDetail detail = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects));
        Assert.Equal(("p", JobStatus.InProgress), (detail.PipelineName, detail.Status));
    }

    [Fact]
    public void Claim_OfAJobThatHasNoNonce_IsItsError()
    {
        _client.Details = () => new JobDetailsResponse();

        FakeHost host = new ConfirmThirdPartyJobCommand { JobId = "job-1" }.Run(_client.Host());

        Assert.Equal("NonceMissing", Assert.Single(host.Errors).Id);
        Assert.DoesNotContain(_client.Calls, call => call.Operation == "Acknowledge");
    }

    [Fact]
    public void Claim_Declined_CallsNothing()
    {
        FakeHost host = _client.Host();
        host.Agrees = false;

        new ConfirmThirdPartyJobCommand { JobId = "job-1" }.Run(host);

        Assert.Empty(_client.Calls);
        Assert.Empty(host.Objects);
        Assert.Equal("job job-1", Assert.Single(host.Questions).Target);
    }

    [Fact]
    public void Claim_OfPipedDetails_KeepsTheDetails()
    {
        FakeHost host = JobCommandTests.Piped(new ConfirmThirdPartyJobCommand { Nonce = "nonce-1" }, Detail()).Run();

        ThirdPartyJobDetail detail = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects));
        Assert.Equal(("p", JobStatus.InProgress), (detail.PipelineName, detail.Status));
    }

    [Fact]
    public void Claim_PipedDetailsWithCallSettings_KeepsDetails()
    {
        FakeHost host = JobCommandTests.Piped(
            new ConfirmThirdPartyJobCommand
            {
                Nonce = "nonce-1", Region = "eu-west-1", ClientToken = ClientTokenArgument.Parse("another-token"),
            },
            Detail()).Run();

        ThirdPartyJobDetail detail = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects));
        Assert.Equal(
            ("p", "web", "another-token", "eu-west-1"),
            (detail.PipelineName, detail.Configuration["Name"], detail.ClientToken!.Reveal(), detail.Session!.Region));
    }

    [Fact]
    public void Claim_WithASelection_EmitsThatAlone() => Assert.Equal(
        JobStatus.InProgress,
        Assert.Single(new ConfirmThirdPartyJobCommand { JobId = "job-1", Nonce = "nonce-1", Select = "Status" }
            .Run(_client.Host()).Objects));

    private ThirdPartyJobDetail Detail() => new(_client.Job(), new JobDetailsResponse
    {
        Nonce = "nonce-1",
        PipelineName = "p",
        Configuration = new JobConfiguration(new Dictionary<string, string> { ["Name"] = "web" }),
    });
}
