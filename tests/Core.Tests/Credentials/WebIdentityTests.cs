using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Client;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>
/// A role assumed with a token in a file, as in the steps on CI runners. Rewriting the file keeps the credentials of a
/// long-lived client valid.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class WebIdentityTests : IDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/worker";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly CannedServer _service = new("200 OK\r\nContent-Type: application/x-amz-json-1.1", "{\"jobs\":[]}");
    private readonly CannedServer _sts;
    private readonly string _tokenFile;

    public WebIdentityTests()
    {
        _tokenFile = _folder.Write("token", "token-one");
        _sts = new CannedServer("200 OK\r\nContent-Type: text/xml", body =>
        {
            _asked.Enqueue(body);
            return Credentials(body.Contains("WebIdentityToken=token-two", StringComparison.Ordinal) ? "two" : "one");
        });
    }

    /// <summary>The lifetime of the next credentials.</summary>
    private TimeSpan Life { get; set; } = TimeSpan.FromMinutes(1);

    public void Dispose()
    {
        _sts.Dispose();
        _service.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Profile_TokenFileChanged_IsReadAtRenewal()
    {
        using var config = new AwsConfigFile(
            $"[profile runner]\nrole_arn = {Role}\nweb_identity_token_file = {_tokenFile}\nrole_session_name = step\n");

        await PollsAskWithTheTokenOfTheirTimeAsync(new ClientSettings { ProfileName = "runner" });
    }

    [Fact]
    public async Task Environment_TokenFileChanged_IsReadAtRenewal()
    {
        using var identity = new EnvironmentScope(
            ("AWS_ROLE_ARN", Role), ("AWS_WEB_IDENTITY_TOKEN_FILE", _tokenFile), ("AWS_ROLE_SESSION_NAME", "step"));

        await PollsAskWithTheTokenOfTheirTimeAsync(new ClientSettings());
    }

    [Fact]
    public async Task Credentials_LongLived_AreRequestedOnce()
    {
        using var config = new AwsConfigFile(
            $"[profile runner]\nrole_arn = {Role}\nweb_identity_token_file = {_tokenFile}\nrole_session_name = step\n");
        Life = TimeSpan.FromHours(1);
        using var scope = Sts();
        using ThirdPartyJobClient client = Client(new ClientSettings { ProfileName = "runner" });

        await PollAsync(client);
        _folder.Write("token", "token-two");
        await PollAsync(client);

        Assert.Single(_asked);
    }

    /// <summary>
    /// Uses one client. Its credentials are always about to expire, so it requests new ones with the current token in
    /// the file.
    /// </summary>
    private async Task PollsAskWithTheTokenOfTheirTimeAsync(ClientSettings settings)
    {
        using var scope = Sts();
        using ThirdPartyJobClient client = Client(settings);

        await PollAsync(client);
        Assert.All(_asked, form => Assert.Contains("WebIdentityToken=token-one", form, StringComparison.Ordinal));
        Assert.Contains("X-Amz-Security-Token: session-one", _service.Heads[0], StringComparison.OrdinalIgnoreCase);
        _folder.Write("token", "token-two");

        // The SDK may sign a call with the old credentials while it gets new ones.
        await Until.TrueAsync(() =>
        {
            PollAsync(client).GetAwaiter().GetResult();
            return _service.Heads[^1].Contains("X-Amz-Security-Token: session-two", StringComparison.OrdinalIgnoreCase);
        });
        Assert.Contains("WebIdentityToken=token-two", _asked.Last(), StringComparison.Ordinal);
        Assert.All(_asked, form => Assert.Contains("Action=AssumeRoleWithWebIdentity", form, StringComparison.Ordinal));
        Assert.All(
            _asked, form => Assert.Contains("RoleArn=" + WebUtility.UrlEncode(Role), form, StringComparison.Ordinal));
    }

    private EnvironmentScope Sts() => new(("AWS_ENDPOINT_URL_STS", _sts.Url));

    private ThirdPartyJobClient Client(ClientSettings settings) =>
        new(settings with { Region = "us-east-1", EndpointUrl = _service.Url, MaxAttempts = 1 });

    private static async Task PollAsync(ThirdPartyJobClient client) =>
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);

    private string Credentials(string number) =>
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        + "<AssumeRoleWithWebIdentityResult><Credentials>"
        + $"<AccessKeyId>ASIAEXAMPLE{number}</AccessKeyId><SecretAccessKey>secret-{number}</SecretAccessKey>"
        + $"<SessionToken>session-{number}</SessionToken>"
        + "<Expiration>"
        + (DateTimeOffset.UtcNow + Life).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        + "</Expiration>"
        + "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
}
