using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class SessionTests
{
    private static readonly ClientSettings s_settings = new()
    {
        Region = "eu-west-1", AccessKey = "AKIDEXAMPLE", SecretKey = new Secret("secret-key"),
    };

    private int _made;

    [Fact]
    public void Client_FirstCall_CreatesAndKeepsIt()
    {
        ThirdPartySession session = Session();
        Assert.Equal(0, _made);

        Assert.Same(session.Client, session.Client);

        Assert.Equal(1, _made);
    }

    [Fact]
    public void With_EqualSettings_IsTheSameSession()
    {
        ThirdPartySession session = Session();

        Assert.Same(session, session.With(s_settings with { SecretKey = new Secret("secret-key") }));
    }

    [Fact]
    public void With_OtherSettings_KeepsNameAndTokens()
    {
        ThirdPartySession session = Session();

        ThirdPartySession other = session.With(s_settings with { Region = "us-east-1" });

        Assert.Equal(("name", "us-east-1", "the test"), (other.Name, other.Region, other.ClientTokenSource));
        Assert.NotSame(session.Client, other.Client);
    }

    [Fact]
    public void ClientTokenSource_NoTokens_IsEnvironment() => Assert.Equal(
        "the variable CPTHIRDPARTY_CLIENT_TOKEN", new ThirdPartySession("name", s_settings, tokens: null)
            .ClientTokenSource);

    [Theory]
    [InlineData("name", "name")]
    [InlineData(null, "eu-west-1")]
    public void ToString_ReturnsNameOrRegion(string? name, string text) =>
        Assert.Equal(text, new ThirdPartySession(name, s_settings, tokens: null).ToString());

    [Fact]
    public async Task Create_EndpointAndKeys_CallsEndpoint()
    {
        using var service = new EmulatedService();
        service.AddJob();
        using IThirdPartyJobClient client = ThirdPartyJobClients.Create(
            service.Emulator.Region, service.Emulator.Endpoint, service.Emulator.AccessKeyId,
            service.Emulator.SecretAccessKey);

        Assert.Single(await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default));
    }

    [Fact]
    public void Create_Region_CallsEndpointOfRegion()
    {
        using IThirdPartyJobClient client = ThirdPartyJobClients.Create("eu-west-1");

        Assert.Equal(
            "https://codepipeline.eu-west-1.amazonaws.com/", Assert.IsType<ThirdPartyJobClient>(client)
                .Endpoint.AbsoluteUri);
    }

    private ThirdPartySession Session() => new(
        "name",
        s_settings,
        new SingleTokenSource(new Secret("token-1"), "the test"),
        settings =>
        {
            _made++;
            return new ThirdPartyJobClient(settings);
        });
}
