using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Configuration;

/// <summary>Errors in the AWS files: which calls fail, which only warn, and that a fixed file works at once.</summary>
[Collection(RunsAlone.Name)]
public sealed class AwsSettingsTests
{
    private const string Broken = "[default]\nthis is no setting\n";

    [Fact]
    public async Task BrokenFile_Needed_ThrowsUntilFixed()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        ClientSettings settings = service.Settings with { AccessKey = null, SecretKey = null, ProfileName = "p" };
        using (new AwsConfigFile(Broken))
        {
            CredentialException error =
                await Assert.ThrowsAsync<CredentialException>(() => PollAsync(settings, new List<string>()));
            Assert.Equal(CredentialFault.ProfileUnusable, error.Fault);
            Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        }

        using var right = new AwsConfigFile(
            $"[profile p]\naws_access_key_id = {service.Emulator.AccessKeyId}\n"
            + $"aws_secret_access_key = {service.Emulator.SecretAccessKey.Reveal()}\n");
        await PollAsync(settings, new List<string>());
    }

    [Fact]
    public async Task BrokenFile_KeysAndRegionGiven_IsWarning()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        using var config = new AwsConfigFile(Broken);
        var notices = new List<string>();

        await PollAsync(service.Settings, notices);

        Assert.Contains("line 2", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notices_ManyCalls_AreReportedOnce()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        using var config = new AwsConfigFile("[default]\nuse_fips_endpoint = maybe\n");
        var notices = new List<string>();
        using var client = new ThirdPartyJobClient(service.Settings);
        var options = new CallOptions { Notice = notices.Add };

        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, options, default);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, options, default);

        Assert.Contains("'maybe'", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_WithoutTls_IsWarning()
    {
        var notices = new List<string>();
        var settings = new ClientSettings
        {
            Region = "us-east-1", AccessKey = "AK", SecretKey = new Secret("SK"), MaxAttempts = 1,
            EndpointUrl = "http://codepipeline.invalid/",
        };

        await Assert.ThrowsAsync<ThirdPartyConnectionException>(() => PollAsync(settings, notices));

        Assert.Contains("without TLS", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_ChangedInFile_AreUsedBySameClient()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        using var wrong = new AwsConfigFile(
            "[default]\naws_access_key_id = AKIDWRONG\naws_secret_access_key = wrong\n");
        using var client = new ThirdPartyJobClient(
            service.Settings with { AccessKey = null, SecretKey = null });
        await Assert.ThrowsAsync<UnrecognizedClientException>(() => PollAsync(client));

        using var right = new AwsConfigFile(
            $"[default]\naws_access_key_id = {service.Emulator.AccessKeyId}\n"
            + $"aws_secret_access_key = {service.Emulator.SecretAccessKey.Reveal()}\n");

        await PollAsync(client);
    }

    [Fact]
    public async Task Keys_FileHalfWritten_StayInUse()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        using var right = new AwsConfigFile(
            $"[default]\naws_access_key_id = {service.Emulator.AccessKeyId}\n"
            + $"aws_secret_access_key = {service.Emulator.SecretAccessKey.Reveal()}\n");
        using var client = new ThirdPartyJobClient(
            service.Settings with { AccessKey = null, SecretKey = null });
        await PollAsync(client);

        using var broken = new AwsConfigFile(Broken);

        await PollAsync(client);
    }

    [Theory]
    [InlineData("https://user:SENTINEL@example.com/")]
    [InlineData("https://user:SENTINEL@exa mple")]
    [InlineData("user:SENTINEL@example.com")]
    public void Endpoint_WithPassword_ThrowsWithoutPassword(string url)
    {
        var settings = new ClientSettings { Region = "us-east-1", EndpointUrl = url };

        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ClientConfiguration.Create(settings));

        Assert.Equal("EndpointUrl", error.InputName);
        Assert.DoesNotContain("SENTINEL", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL", "https://u:SENTINEL@x.test")]
#if NET
    [InlineData("HTTPS_PROXY", "ftp://u:SENTINEL@proxy.test")]
#endif
    public void Variable_WithPassword_ThrowsWithoutPassword(string variable, string url)
    {
        using var environment = new EnvironmentScope((variable, url));

        Assert.DoesNotContain(
            "SENTINEL",
            Assert.Throws<InvalidInputException>(
                () => ClientConfiguration.Create(new ClientSettings { Region = "us-east-1" })).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ParseProxy_UserInfo_IsSeparated()
    {
        (Uri proxy, string? user, Secret? password) =
            UrlText.ParseProxy("http://us%40er:p+%3Aw@proxy.test:8080", "Proxy");

        Assert.Equal(("http://proxy.test:8080/", "us@er", "p+:w"), (proxy.AbsoluteUri, user, password!.Reveal()));
    }

    [Fact]
    public async Task Mfa_CodeNeeded_IsAskedBeforeCall()
    {
        using var config = new AwsConfigFile(
            "[profile r]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = r\nmfa_serial = device\n"
            + "aws_access_key_id = AK\naws_secret_access_key = SK\n");
        var asked = new List<string>();
        var credentials = new SourcedCredentials(
            new ClientSettings { Region = "us-east-1", ProfileName = "r" }, TimeProvider.System);

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(() => credentials.PrepareAsync(
            new CallOptions
            {
                AskMfaCode = (serial, _) =>
                {
                    asked.Add(serial);
                    return Task.FromResult<string?>(null);
                },
            },
            default));

        Assert.Equal("device", Assert.Single(asked));
        Assert.Equal(CredentialFault.SourceFailed, error.Fault);
        Assert.Contains("no code was entered", error.Message, StringComparison.Ordinal);
    }

    private static async Task PollAsync(ClientSettings settings, List<string> notices)
    {
        using var client = new ThirdPartyJobClient(settings);
        await client.PollForThirdPartyJobsAsync(
            EmulatedService.Type, 1, new CallOptions { Notice = notices.Add }, default);
    }

    private static async Task PollAsync(ThirdPartyJobClient client) =>
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
}
