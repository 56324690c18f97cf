using System;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class SessionCommandTests
{
    private readonly FakeHost _host = new();

    [Fact]
    public void Connect_KeepsASessionAndCallsNothing()
    {
        new ConnectThirdPartyCommand
        {
            Region = "eu-west-1", AccessKey = "AK", SecretKey = new Secret("SK"), EndpointUrl = "http://127.0.0.1:9/",
            Timeout = TimeSpan.FromSeconds(7), ConnectTimeout = TimeSpan.FromSeconds(2),
            RetryMode = ClientRetryMode.Adaptive,
            MaxAttempts = 5, Proxy = "http://proxy:8080",
        }.Run(_host);

        ThirdPartySession session = _host.Sessions.Current!;
        Assert.Equal(
            ("Default", "eu-west-1", "http://127.0.0.1:9/", "an access key"),
            (session.Name, session.Region, session.EndpointUrl, session.CredentialSource));
        Assert.Equal(
            (TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(2), ClientRetryMode.Adaptive, 5, "http://proxy:8080"),
            (session.Timeout!.Value, session.ConnectTimeout!.Value, session.RetryMode!.Value,
                session.MaxAttempts!.Value, session.Proxy));
        Assert.Empty(_host.Objects);
        Assert.Empty(_host.Errors);
    }

    [Fact]
    public void Connect_WithPassThru_EmitsTheSession() => Assert.Same(
        new ConnectThirdPartyCommand { Region = "eu-west-1", PassThru = true }.Run(_host).Sessions.Current,
        Assert.Single(_host.Objects));

    [Fact]
    public void Connect_UnderAName_LeavesTheCurrentOne()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1" }.Run(_host);
        new ConnectThirdPartyCommand { Name = "other", Region = "us-east-1" }.Run(_host);

        Assert.Equal("eu-west-1", _host.Sessions.Current!.Region);
        Assert.Equal("us-east-1", _host.Sessions.Find("other")!.Region);
    }

    [Fact]
    public void Connect_WithSession_InheritsSettings()
    {
        new ConnectThirdPartyCommand
        {
            Region = "eu-west-1", AccessKey = "AK", SecretKey = new Secret("SK"), Timeout = TimeSpan.FromSeconds(7),
            MaxAttempts = 5, ClientToken = ClientTokenArgument.Parse("token"),
        }.Run(_host);
        new ConnectThirdPartyCommand { Name = "other", Session = "Default", Region = "us-east-1", MaxAttempts = 2 }
            .Run(_host);

        ThirdPartySession other = _host.Sessions.Find("other")!;
        Assert.Equal(
            ("us-east-1", "an access key", TimeSpan.FromSeconds(7), 2, _host.Sessions.Current!.ClientTokenSource),
            (other.Region, other.CredentialSource, other.Timeout!.Value, other.MaxAttempts!.Value,
                other.ClientTokenSource));
    }

    [Fact]
    public async Task Connect_ToAnEmulator_TakesAllFromIt()
    {
        using var service = new EmulatedService();
        EmulatedJob job = service.AddJob();

        new ConnectThirdPartyCommand { Emulator = service.Emulator }.Run(_host);

        ThirdPartySession session = _host.Sessions.Current!;
        Assert.Equal(
            (service.Emulator.Region, service.Emulator.Endpoint.AbsoluteUri), (session.Region, session.EndpointUrl));
        Assert.Equal(job.ClientToken, await session.Tokens!.FindAsync(job.ClientId, default));
        Assert.Null(await session.Tokens.FindAsync("another", default));
        Assert.Single(await session.Client.PollForThirdPartyJobsAsync(EmulatedService.Type, null, CallOptions.Quiet,
            default));
    }

    [Fact]
    public void Connect_WithAClientToken_KeepsIt()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1", ClientToken = ClientTokenArgument.Parse("one-token") }.Run(
            _host);

        Assert.Contains("ClientToken", _host.Sessions.Current!.ClientTokenSource, StringComparison.Ordinal);
    }

    [Fact]
    public void Connect_WithTokenAndVault_IsRefused()
    {
        new ConnectThirdPartyCommand
        {
            Region = "eu-west-1", ClientToken = ClientTokenArgument.Parse("one-token"), ClientTokenVault = "vault",
        }.Run(_host);

        AssertRefused("ClientToken");
    }

    [Fact]
    public void Connect_WithAWrongRegion_IsRefused()
    {
        new ConnectThirdPartyCommand { Region = "EU WEST" }.Run(_host);

        AssertRefused("Region");
    }

    [Fact]
    public void Connect_WithoutARegion_IsRefused()
    {
        new ConnectThirdPartyCommand().Run(_host);

        AssertRefused("Region");
    }

    [Fact]
    public void Connect_WithAWrongEndpoint_IsRefused()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1", EndpointUrl = "localhost:8080" }.Run(_host);

        AssertRefused("EndpointUrl");
    }

    [Fact]
    public void Connect_WithAMissingCaBundle_IsRefused()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1", CaBundle = "none.pem" }.Run(_host);

        AssertRefused("CaBundle");
        Assert.Contains("/resolved/none.pem", _host.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Connect_WithTooMuchTimeToWait_IsRefused()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1", Timeout = TimeSpan.FromDays(2) }.Run(_host);

        AssertRefused("Timeout");
    }

    [Fact]
    public void Connect_Verbose_ShowsNoSecret()
    {
        new ConnectThirdPartyCommand
        {
            Region = "eu-west-1", AccessKey = "AK", SecretKey = new Secret("sentinel-key"),
            ClientToken = ClientTokenArgument.Parse("sentinel-token"),
        }.Run(_host);

        Assert.NotEmpty(_host.Texts("verbose"));
        Assert.DoesNotContain(_host.Texts("verbose"), text => text.Contains("sentinel", StringComparison.Ordinal));
    }

    [Fact]
    public void Disconnect_ForgetsTheSession()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1" }.Run(_host);

        new DisconnectThirdPartyCommand().Run(_host);

        Assert.Null(_host.Sessions.Current);
        Assert.Empty(_host.Errors);
    }

    [Fact]
    public void Disconnect_UnknownSession_ListsSessions()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1" }.Run(_host);

        new DisconnectThirdPartyCommand { Name = "none" }.Run(_host);

        Assert.Equal(("SessionNotFound", "Use one of: Default."),
            (Assert.Single(_host.Errors).Id, _host.Errors[0].RecommendedAction));
    }

    [Fact]
    public void Disconnect_Declined_KeepsSession()
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1" }.Run(_host);
        _host.Agrees = false;

        new DisconnectThirdPartyCommand().Run(_host);

        Assert.NotNull(_host.Sessions.Current);
    }

    [Theory]
    [InlineData(null, "Default,other")]
    [InlineData("o*", "other")]
    [InlineData("OTHER", "other")]
    [InlineData("x*", "")]
    public void GetSession_FindsByNameAndWildcard(string? name, string expected)
    {
        new ConnectThirdPartyCommand { Region = "eu-west-1" }.Run(_host);
        new ConnectThirdPartyCommand { Name = "other", Region = "eu-west-1" }.Run(_host);

        new GetThirdPartySessionCommand { Name = name }.Run(_host);

        Assert.Equal(expected,
            string.Join(",", _host.Objects.Cast<ThirdPartySession>().Select(session => session.Name)));
        Assert.Empty(_host.Errors);
    }

    [Fact]
    public void GetSession_OfWhatIsNotThere_IsAnError()
    {
        new GetThirdPartySessionCommand { Name = "none" }.Run(_host);

        Assert.Equal("SessionNotFound", Assert.Single(_host.Errors).Id);
    }

    private void AssertRefused(string input)
    {
        Assert.Equal("InvalidInput", Assert.Single(_host.Errors).Id);
        Assert.Equal(input, Assert.IsType<InvalidInputException>(_host.Errors[0].Exception).InputName);
        Assert.Null(_host.Sessions.Current);
    }
}
