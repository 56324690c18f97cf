using System;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Client;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>STS is called with the same CA bundle and proxy as CodePipeline.</summary>
[Collection(RunsAlone.Name)]
public sealed class CredentialTransportTests : IDisposable
{
    private const string Ok = "200 OK\r\nContent-Type: application/x-amz-json-1.1";
    private const string NoJobs = "{\"jobs\":[]}";
    private const string Role =
        "role_arn = arn:aws:iam::1:role/R\nsource_profile = r\naws_access_key_id = AK\naws_secret_access_key = SK\n";

    private const string Given =
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
        + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        + "<Expiration>2099-01-01T00:00:00Z</Expiration>"
        + "</Credentials></AssumeRoleResult></AssumeRoleResponse>";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sts_CaBundleOfProfile_IsUsed(bool isNamed)
    {
        using var authority = new TestAuthority();
        using var service = new CannedServer(Ok, NoJobs, authority.Server);
        using var sts = new CannedServer("200 OK\r\nContent-Type: text/xml", Given, authority.Server);
        using var endpoint = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", sts.Url));
        string bundle = isNamed ? $"ca_bundle = {_folder.Write("own.pem", authority.RootPem)}\n" : string.Empty;
        using var config = new AwsConfigFile("[profile r]\n" + bundle + Role);
        ClientSettings settings = Settings() with { EndpointUrl = service.Url };

        if (isNamed)
        {
            await PollAsync(settings);
            Assert.Contains("Credential=ASIAROLE/", Assert.Single(service.Heads), StringComparison.Ordinal);
        }
        else
        {
            CredentialException error = await Assert.ThrowsAsync<CredentialException>(() => PollAsync(settings));
            Assert.Equal(CredentialFault.SourceFailed, error.Fault);
            Assert.Empty(service.Heads);
        }
    }

    [Fact]
    public async Task Sts_ProxyOfSession_IsUsed()
    {
        using CannedServer proxy = Proxy();
        using var endpoint = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", "http://sts.invalid/"));
        using var config = new AwsConfigFile("[profile r]\n" + Role);

        await PollAsync(Settings() with { EndpointUrl = "http://service.invalid/", Proxy = proxy.Url });

        Assert.Equal(
            new[] { "POST http://sts.invalid/ HTTP/1.1", "POST http://service.invalid/ HTTP/1.1" },
            proxy.Heads.Select(head => head.Split("\r\n")[0]));
    }

    [Fact]
    public async Task EnvironmentProxy_Changed_IsUsedByNextClient()
    {
        using CannedServer first = Proxy();
        using CannedServer second = Proxy();
        ClientSettings settings = Settings() with
        {
            EndpointUrl = "http://service.invalid/", ProfileName = null, AccessKey = "AK", SecretKey = new Secret("SK"),
        };
        foreach (CannedServer proxy in new[] { first, second })
        {
            using var environment = new EnvironmentScope(("HTTP_PROXY", proxy.Url));
            await PollAsync(settings);
            Assert.Single(proxy.Heads);
        }
    }

    [Fact]
    public async Task EnvironmentProxy_Password_IsSent()
    {
        using var proxy = new CannedServer((head, _) =>
            head.Contains("Proxy-Authorization: Basic dTpwOnc=", StringComparison.Ordinal)
                ? (Ok, NoJobs)
                : ("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", string.Empty));
        using var environment = new EnvironmentScope(("HTTP_PROXY", $"http://u:p%3Aw@127.0.0.1:{proxy.Port}"));

        await PollAsync(Settings() with
        {
            EndpointUrl = "http://service.invalid/", ProfileName = null, AccessKey = "AK", SecretKey = new Secret("SK"),
        });

        Assert.Equal(2, proxy.Heads.Count);
    }

    private static CannedServer Proxy() => new((head, _) => head.Contains("sts.invalid", StringComparison.Ordinal)
        ? ("200 OK\r\nContent-Type: text/xml", Given)
        : (Ok, NoJobs));

    private static ClientSettings Settings() => new() { Region = "us-east-1", ProfileName = "r", MaxAttempts = 1 };

    private static async Task PollAsync(ClientSettings settings)
    {
        using var client = new ThirdPartyJobClient(settings);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
    }
}
