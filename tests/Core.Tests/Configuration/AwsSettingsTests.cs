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

/// <summary>What a fault in the files stops, what it does not, and that it is over once the file is right.</summary>
[Collection(RunsAlone.Name)]
public sealed class AwsSettingsTests
{
    private const string Broken = "[default]\nthis is no setting\n";

    [Fact]
    public async Task BrokenFile_StopsWhatNeedsIt_UntilItIsRight()
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
    public async Task BrokenFile_IsAWarningWhereKeysAndRegionAreGiven()
    {
        using var service = new EmulatedService(new EmulatorOptions { ActionTypes = [EmulatedService.Type] });
        using var config = new AwsConfigFile(Broken);
        var notices = new List<string>();

        await PollAsync(service.Settings, notices);

        Assert.Contains("line 2", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notices_AreToldOnce()
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
    public async Task EndpointWithoutTls_IsAWarning()
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
    public async Task KeysOfAFile_ThatChange_AreSeenByTheSameClient()
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
    public async Task KeysThatAreThere_OutlastAFileThatIsHalfWritten()
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
    public void PasswordInAnEndpoint_IsRefused_AndNotShown(string url)
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
    public void PasswordInAVariable_IsNotShown(string variable, string url)
    {
        using var environment = new EnvironmentScope((variable, url));

        Assert.DoesNotContain(
            "SENTINEL",
            Assert.Throws<InvalidInputException>(
                () => ClientConfiguration.Create(new ClientSettings { Region = "us-east-1" })).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void UserInAProxy_IsTakenOut()
    {
        (Uri proxy, string? user, Secret? password) =
            UrlText.ParseProxy("http://us%40er:p+%3Aw@proxy.test:8080", "Proxy");

        Assert.Equal(("http://proxy.test:8080/", "us@er", "p+:w"), (proxy.AbsoluteUri, user, password!.Reveal()));
    }

    [Fact]
    public async Task Mfa_CodeIsAskedFor_BeforeTheCall()
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
        Assert.Contains("nobody is there", error.Message, StringComparison.Ordinal);
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
