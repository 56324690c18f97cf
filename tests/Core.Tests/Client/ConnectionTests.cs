using System;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>Addresses, TLS and proxies.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const string Ok = "200 OK\r\nx-amzn-RequestId: req-1";
    private const string NoJobs = "{\"jobs\":[]}";

    private static readonly ClientSettings s_settings = new()
    {
        Region = "us-east-1", AccessKey = "AKIDEXAMPLE", SecretKey = new Secret("secret-key"), MaxAttempts = 1,
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Call_ClosedPort_IsUnreachable()
    {
        // Bound but not listened on, so that no other test gets the port.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        ThirdPartyConnectionException error = await FailsAsync($"http://127.0.0.1:{port}/");

        Assert.Equal((ConnectionFault.Unreachable, $"http://127.0.0.1:{port}/"), (error.Fault, error.Endpoint));
        Assert.Contains("refused", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Call_UnknownHost_IsNameNotResolved()
    {
        ThirdPartyConnectionException error = await FailsAsync("https://nothing.invalid/");

        Assert.Equal((ConnectionFault.NameNotResolved, "https://nothing.invalid/"), (error.Fault, error.Endpoint));
    }

    [Fact]
    public async Task Call_TlsToPlainPort_IsTlsFault()
    {
        using var plain = new EmulatedService();

        Assert.Equal(
            ConnectionFault.Tls, (await FailsAsync($"https://127.0.0.1:{plain.Emulator.Endpoint.Port}/")).Fault);
    }

    [Fact]
    public async Task Call_UntrustedCertificate_IsTlsFault()
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned();
        using CannedServer server = Tls(certificate);

        Assert.Equal(ConnectionFault.Tls, (await FailsAsync(server.Url)).Fault);
        Assert.Empty(server.Heads);
    }

    [Fact]
    public async Task CaBundle_SelfSignedCertificate_IsTrusted()
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned();
        using CannedServer server = Tls(certificate);

        await PollAsync(server.Url, s_settings with { CaBundle = Bundle(certificate.ExportCertificatePem()) });

        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task CaBundle_RootOfIntermediate_IsTrusted()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var server = new CannedServer(Ok, NoJobs, authority.Server);

        await PollAsync(server.Url, s_settings with { CaBundle = Bundle(other.RootPem + "\n" + authority.RootPem) });

        Assert.Single(server.Heads);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.1", true)]
    [InlineData("1.3.6.1.5.5.7.3.2", false)]
    [InlineData("1.3.6.1.5.5.7.3.3", false)]
    public async Task CaBundle_CertificatePurpose_MustAllowServers(string purpose, bool isTrusted)
    {
        using var authority = new TestAuthority(purpose: purpose);
        using var server = new CannedServer(Ok, NoJobs, authority.Server);
        ClientSettings settings = s_settings with { CaBundle = Bundle(authority.RootPem) };

        if (isTrusted)
        {
            await PollAsync(server.Url, settings);
        }
        else
        {
            Assert.Equal(ConnectionFault.Tls, (await FailsAsync(server.Url, settings)).Fault);
        }
    }

    [Fact]
    public async Task CaBundle_OtherAuthority_IsTlsFault()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var server = new CannedServer(Ok, NoJobs, authority.Server);

        ThirdPartyConnectionException error =
            await FailsAsync(server.Url, s_settings with { CaBundle = Bundle(other.RootPem) });

        Assert.Equal(ConnectionFault.Tls, error.Fault);
    }

    [Fact]
    public async Task CaBundle_CertificateForOtherHost_IsTlsFault()
    {
        using var authority = new TestAuthority("127.0.0.2");
        using var server = new CannedServer(Ok, NoJobs, authority.Server);

        ThirdPartyConnectionException error =
            await FailsAsync(server.Url, s_settings with { CaBundle = Bundle(authority.RootPem) });

        Assert.Equal(ConnectionFault.Tls, error.Fault);
    }

    [Fact]
    public async Task CaBundle_NoCertificate_ThrowsAtCall()
    {
        using var authority = new TestAuthority();
        using var server = new CannedServer(Ok, NoJobs, authority.Server);
        string bundle = Bundle("no certificate");

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(
            () => PollAsync(server.Url, s_settings with { CaBundle = bundle }));

        Assert.Equal("CaBundle", error.InputName);
        Assert.Contains(bundle, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_PlainEndpoint_IsUsed()
    {
        using var proxy = new CannedServer(Ok, NoJobs);

        await PollAsync("http://service.invalid/", s_settings with { Proxy = proxy.Url });

        Assert.StartsWith("POST http://service.invalid/ HTTP/1.1", Assert.Single(proxy.Heads),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_Given_IsUsedForLoopback()
    {
        using var proxy = new CannedServer(Ok, NoJobs);

        await PollAsync("http://127.0.0.1:9/", s_settings with { Proxy = proxy.Url });

        Assert.Single(proxy.Heads);
    }

    [Fact]
    public async Task Proxy_NeedsCredentials_IsProxyFault()
    {
        using var proxy = new CannedServer(
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"");

        ThirdPartyConnectionException error =
            await FailsAsync("https://service.invalid/", s_settings with { Proxy = proxy.Url });

        Assert.Equal(ConnectionFault.Proxy, error.Fault);
        Assert.StartsWith("CONNECT service.invalid:443 HTTP/1.1", proxy.Heads[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_Forbids_IsProxyFault()
    {
        using var proxy = new CannedServer("403 Forbidden");

        Assert.Equal(
            ConnectionFault.Proxy,
            (await FailsAsync("https://service.invalid/", s_settings with { Proxy = proxy.Url })).Fault);
    }

    [Fact]
    public async Task Proxy_Credentials_AreSent()
    {
        using var proxy = new CannedServer(
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"");

        await FailsAsync(
            "https://service.invalid/",
            s_settings with { Proxy = proxy.Url, ProxyUser = "me", ProxyPassword = new Secret("pass") });

        string expected = "Proxy-Authorization: Basic " + Convert.ToBase64String("me:pass"u8);
        Assert.Contains(proxy.Heads, head => head.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_ModelledError_ThrowsWithRequestId()
    {
        using var server = new CannedServer(
            "400 Bad Request\r\nx-amzn-RequestId: req-7",
            "{\"__type\":\"com.amazonaws#ValidationException\",\"Message\":\"1 validation error\"}");

        ValidationException error = await Assert.ThrowsAsync<ValidationException>(
            () => PollAsync(server.Url, s_settings));

        Assert.Equal(("1 validation error", "req-7"), (error.Message, error.Error.RequestId));
    }

    [Fact]
    public async Task Call_InvalidStatus_ThrowsUnexpectedResponse()
    {
        using var server = new CannedServer("000 Nothing");

        UnexpectedResponseException error = await Assert.ThrowsAsync<UnexpectedResponseException>(
            () => PollAsync(server.Url, s_settings));

        Assert.Equal((0, 1), (error.Error.StatusCode, error.Error.Attempts));
    }

    [Fact]
    public async Task Request_IsSignedAwsJson()
    {
        using var server = new CannedServer(Ok, NoJobs);

        await PollAsync(server.Url, s_settings with { SessionToken = new Secret("session-token") });

        string[] head = Assert.Single(server.Heads).Split("\r\n");
        Assert.Equal("POST / HTTP/1.1", head[0]);
        Assert.Contains("X-Amz-Target: CodePipeline_20150709.PollForThirdPartyJobs", head);
        Assert.Contains("Content-Type: application/x-amz-json-1.1", head);
        Assert.Contains("X-Amz-Security-Token: session-token", head, StringComparer.OrdinalIgnoreCase);
        Assert.Contains(head, line => line.StartsWith(
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", StringComparison.Ordinal)
            && line.Contains("/us-east-1/codepipeline/aws4_request", StringComparison.Ordinal));
        Assert.Contains(head, line => line.StartsWith("User-Agent:", StringComparison.Ordinal)
            && line.Contains("lib/CodePipeline.ThirdParty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_Anonymous_IsNotSigned()
    {
        using var server = new CannedServer(Ok, NoJobs);

        await PollAsync(server.Url, new ClientSettings { Region = "us-east-1", Anonymous = true, MaxAttempts = 1 });

        Assert.DoesNotContain("Authorization:", Assert.Single(server.Heads), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        using var other = new CannedServer(Ok, NoJobs);
        using var server = new CannedServer($"302 Found\r\nLocation: {other.Url}");

        await Assert.ThrowsAsync<UnexpectedResponseException>(() => PollAsync(server.Url, s_settings));

        Assert.Empty(other.Heads);
    }

    private static CannedServer Tls(X509Certificate2 certificate) =>
        new(Ok, NoJobs, SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true));

    private static async Task PollAsync(string endpoint, ClientSettings settings)
    {
        using var client = new ThirdPartyJobClient(settings with { EndpointUrl = endpoint });
        Assert.Empty(await client.PollForThirdPartyJobsAsync(EmulatedService.Type, null, CallOptions.Quiet, default));
    }

    private static Task<ThirdPartyConnectionException> FailsAsync(string endpoint, ClientSettings? settings = null) =>
        Assert.ThrowsAsync<ThirdPartyConnectionException>(() => PollAsync(endpoint, settings ?? s_settings));

    private string Bundle(string text) => _folder.Write("bundle.pem", text);
}
