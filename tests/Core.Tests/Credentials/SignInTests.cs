using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Client;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>The AWS CLI's cache of sign-ins, and the machine's metadata. The Interop tests cover the rest.</summary>
[Collection(RunsAlone.Name)]
public sealed class SignInTests : IDisposable
{
    private const string Session = "arn:aws:iam::123456789012:user/alice";

    // The AWS CLI names the file after the SHA-1 hash of the session's name.
    private const string HashOfAcme = "293abb6b76d7791c0732cc517d38c4b5c734b87f";

    private readonly TempFolder _folder = new();
    private readonly EnvironmentScope _home;

    public SignInTests() =>
        _home = new EnvironmentScope(("HOME", _folder.PathOf(".")), ("USERPROFILE", _folder.PathOf(".")));

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task AwsLogin_CachedKeys_AreUsed()
    {
        Keep(TimeSpan.FromMinutes(10));
        using var config = new AwsConfigFile($"[profile l]\nlogin_session = {Session}\n");

        AwsKeys keys = await GetAsync("l");

        Assert.Equal(("ASIALOGIN", "s", "t"), (keys.AccessKey, keys.SecretKey.Reveal(), keys.SessionToken!.Reveal()));
    }

    [Fact]
    public async Task AwsLogin_Expired_NamesCommand()
    {
        Keep(TimeSpan.FromMinutes(-1));
        using var config = new AwsConfigFile($"[profile 'my l']\nlogin_session = {Session}\n");

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(() => GetAsync("my l"));

        Assert.Equal(CredentialFault.SignInNeeded, error.Fault);
        Assert.Contains("aws login --profile 'my l'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SsoToken_Renewed_IsSavedForCli()
    {
        const string Later = "2098-01-01T00:00:00Z";
        string path = Write(
            Path.Combine(".aws", "sso", "cache", HashOfAcme + ".json"),
            "{\"accessToken\":\"old\",\"expiresAt\":\"2020-01-01T00:00:00Z\",\"clientId\":\"c\","
            + $"\"clientSecret\":\"cs\",\"refreshToken\":\"r1\",\"registrationExpiresAt\":\"{Later}\"}}");
        using var oidc = new CannedServer(
            "200 OK\r\nContent-Type: application/json",
            "{\"accessToken\":\"new\",\"expiresIn\":28800,\"refreshToken\":\"r2\"}");
        using var portal = new CannedServer(
            "200 OK\r\nContent-Type: application/json",
            "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
            + "\"expiration\":4070908800000}}");
        using var endpoints = new EnvironmentScope(
            ("AWS_ENDPOINT_URL_SSO", portal.Url), ("AWS_ENDPOINT_URL_SSO_OIDC", oidc.Url));
        using var config = new AwsConfigFile(
            "[profile s]\nsso_session = acme\nsso_account_id = 123456789012\nsso_role_name = R\n"
            + "[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = https://acme.invalid/start\n");

        Assert.Equal("ASIASSO", (await GetAsync("s")).AccessKey);

        using JsonDocument kept = JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal(
            new[] { "https://acme.invalid/start", "eu-west-1", "new", "r2", "c", "cs", Later },
            new[]
            {
                "startUrl", "region", "accessToken", "refreshToken", "clientId", "clientSecret",
                "registrationExpiresAt",
            }.Select(name => kept.RootElement.GetProperty(name).GetString()));
        Assert.True(DateTimeOffset.Parse(
            kept.RootElement.GetProperty("expiresAt").GetString()!, CultureInfo.InvariantCulture)
            > DateTimeOffset.UtcNow.AddHours(7));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(path)!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData("200 OK", "eu-west-3", "eu-west-3")]
    [InlineData("200 OK", "no region", null)]
    [InlineData("404 Not Found", "", null)]
    public async Task Region_NoOtherSource_UsesMachine(string status, string body, string? region)
    {
        using var machine = new CannedServer((head, _) =>
            head.StartsWith("PUT /latest/api/token ", StringComparison.Ordinal) ? ("200 OK", "machine-token")
            : head.Contains("x-aws-ec2-metadata-token: machine-token", StringComparison.OrdinalIgnoreCase)
                ? (status, body)
                : ("401 Unauthorized", string.Empty));
        using var on = new EnvironmentScope(
            ("AWS_EC2_METADATA_DISABLED", null), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.Url));

        Assert.Equal(region, await RegionResolver.FindAsync(new ClientSettings(), default));
        Assert.Equal(region, await RegionResolver.FindAsync(new ClientSettings(), default));

        // The result is cached.
        Assert.Equal(2, machine.Heads.Count);
    }

    private static Task<AwsKeys> GetAsync(string profile) => new SourcedCredentials(
        new ClientSettings { Region = "us-east-1", ProfileName = profile }, TimeProvider.System)
        .PrepareAsync(CallOptions.Quiet, default);

    private void Keep(TimeSpan left) => Write(
        Path.Combine(".aws", "login", "cache", Hex(SHA256.HashData(Encoding.UTF8.GetBytes(Session))) + ".json"),
        "{\"accessToken\":{\"accessKeyId\":\"ASIALOGIN\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
        + "\"expiresAt\":\""
        + (DateTimeOffset.UtcNow + left).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) + "\"}}");

    private string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(name))!);
        return _folder.Write(name, text);
    }

    private static string Hex(byte[] hash) => Convert.ToHexString(hash).ToLowerInvariant();
}
