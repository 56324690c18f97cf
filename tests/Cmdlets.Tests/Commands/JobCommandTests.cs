using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

/// <summary>Tests of JobCommandBase, with Get-CPThirdPartyJobDetail: the job, its token and its session.</summary>
public sealed class JobCommandTests
{
    private readonly FakeClient _client = new();

    [Fact]
    public void Detail_ById_EmitsTheDetails()
    {
        _client.Details = () => new JobDetailsResponse { Id = "job-1", Nonce = "nonce-1", PipelineName = "p" };

        FakeHost host = new GetThirdPartyJobDetailCommand { JobId = "job-1", ClientId = "client-1" }.Run(
            _client.Host());

        ThirdPartyJobDetail detail = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects));
        Assert.Equal(
            ("job-1", "client-1", "nonce-1", "p", FakeClient.Token),
            (detail.JobId, detail.ClientId, detail.Nonce, detail.PipelineName, detail.ClientToken));
    }

    [Fact]
    public void Detail_OfAPipedJob_KeepsWhatTheJobKnows()
    {
        ThirdPartyJob job = _client.Job();

        FakeHost host = Piped(new GetThirdPartyJobDetailCommand(), job).Run(new FakeHost());

        ThirdPartyJobDetail detail = Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects));
        Assert.Equal(
            (job.JobId, job.ClientId, null, job.ActionType, job.ClientToken),
            (detail.JobId, detail.ClientId, detail.Status, detail.ActionType, detail.ClientToken));
        Assert.Equal("Default", detail.Session!.Name);
    }

    [Theory]
    [InlineData(JobStatus.InProgress, JobStatus.InProgress)]
    [InlineData(JobStatus.Dispatched, null)]
    public void Detail_HasTheStatusOnlyOfAClaimedJob(string status, string? known)
    {
        FakeHost host = Piped(new GetThirdPartyJobDetailCommand(), _client.Job(status)).Run(new FakeHost());

        Assert.Equal(known, Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects)).Status);
    }

    [Theory]
    [InlineData("Nonce", "nonce-1")]
    [InlineData("^JobId", "job-1")]
    public void Detail_WithASelection_EmitsThatAlone(string select, string value) => Assert.Equal(
        value,
        Assert.Single(new GetThirdPartyJobDetailCommand { JobId = "job-1", Select = select }.Run(
            _client.Host()).Objects));

    [Fact]
    public void TokenParameter_OverridesPipedToken()
    {
        Piped(
            new GetThirdPartyJobDetailCommand { ClientToken = ClientTokenArgument.Parse("typed-token") }, _client.Job())
            .Run();

        Assert.Equal("typed-token", Assert.Single(_client.Calls).Token);
    }

    [Fact]
    public void Token_NotFound_ErrorNamesClient()
    {
        FakeHost host = new FakeHost();
        host.Sessions.Add(new ThirdPartySession(
            "Default",
            new ClientSettings { Region = "us-east-1" },
            ClientTokenArgument.Parse(new System.Collections.Hashtable()).Source,
            _ => _client));

        new GetThirdPartyJobDetailCommand { JobId = "job-1", ClientId = "client-9" }.Run(host);

        Assert.Equal(("ClientTokenNotFound", "job-1"), (Assert.Single(host.Errors).Id, host.Errors[0].Target));
        Assert.Contains("'client-9'", host.Errors[0].Message, StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Fact]
    public void Session_ByName_IsUsed()
    {
        var other = new FakeClient();
        FakeHost host = _client.Host();
        host.Sessions.Add(other.Session("other"));

        new GetThirdPartyJobDetailCommand { JobId = "job-1", Session = "other" }.Run(host);

        Assert.Empty(_client.Calls);
        Assert.Single(other.Calls);
    }

    [Fact]
    public void PipedJobSession_OverridesCurrentSession()
    {
        var other = new FakeClient();

        Piped(new GetThirdPartyJobDetailCommand(), other.Job()).Run(_client.Host());

        Assert.Empty(_client.Calls);
        Assert.Single(other.Calls);
    }

    [Fact]
    public void Session_Unknown_EndsPipelineAndListsSessions()
    {
        var command = new GetThirdPartyJobDetailCommand { JobId = "job-1", Session = "none" };

        TerminatedException end = Assert.Throws<TerminatedException>(() => command.Run(_client.Host()));

        Assert.Equal(("SessionNotFound", "Use one of: Default."), (end.Error.Id, end.Error.RecommendedAction));
    }

    [Fact]
    public void ErrorOfOneJob_LetsTheOthersGoOn()
    {
        int calls = 0;
        _client.Details = () => ++calls == 1
            ? throw new JobNotFoundException(FakeClient.Error("JobNotFoundException"))
            : new JobDetailsResponse { Nonce = "nonce-2" };
        FakeHost host = _client.Host();
        using var command = new GetThirdPartyJobDetailCommand { Shell = host, JobId = "gone" };

        command.Process();
        command.JobId = "there";
        command.Process();

        Assert.Equal(("JobNotFound", "gone"), (Assert.Single(host.Errors).Id, host.Errors[0].Target));
        Assert.Equal("there", Assert.IsType<ThirdPartyJobDetail>(Assert.Single(host.Objects)).JobId);
    }

    [Fact]
    public void Settings_OfCall_UseAnotherClient()
    {
        var settings = new List<ClientSettings>();
        var host = new FakeHost();
        host.Sessions.Add(new ThirdPartySession(
            "Default",
            new ClientSettings { Region = "us-east-1", ProfileName = "p" },
            ClientTokenArgument.Parse("token-1").Source,
            each =>
            {
                settings.Add(each);
                return _client;
            }));

        new GetThirdPartyJobDetailCommand
        {
            JobId = "job-1", Region = "eu-west-1", AccessKey = "AK", SecretKey = new Secret("SK"),
            EndpointUrl = "http://localhost/",
        }.Run(host);

        ClientSettings used = Assert.Single(settings);
        Assert.Equal(
            ("eu-west-1", "AK", "http://localhost/", null),
            (used.Region, used.AccessKey, used.EndpointUrl, used.ProfileName));
    }

    internal static T Piped<T>(T command, object job)
        where T : JobCommand
    {
        command.InputObject = PSObject.AsPSObject(job);
        if (job is ThirdPartyJob piped)
        {
            // PowerShell binds this by property name.
            command.JobId = piped.JobId;
            command.ClientId = piped.ClientId;
        }

        return command;
    }
}
