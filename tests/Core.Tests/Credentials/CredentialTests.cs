using System;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>The sources of credentials and of the region.</summary>
[Collection(RunsAlone.Name)]
public sealed class CredentialTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Resolve_NothingGiven_UsesDefaultChain() =>
        Assert.IsType<SourcedCredentials>(CredentialResolver.Resolve(new ClientSettings()));

    [Fact]
    public void Resolve_AnonymousAndKeys_IsAnonymous() =>
        Assert.IsType<AnonymousAWSCredentials>(CredentialResolver.Resolve(
            new ClientSettings { Anonymous = true, AccessKey = "AK", SecretKey = new Secret("SK") }));

    [Fact]
    public void Resolve_Keys_AreUsed()
    {
        ImmutableCredentials keys = Keys(new ClientSettings { AccessKey = "AK", SecretKey = new Secret("SK") });

        Assert.Equal(("AK", "SK", ""), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public void Resolve_KeysWithSessionToken_IncludeIt()
    {
        ImmutableCredentials keys = Keys(new ClientSettings
        {
            AccessKey = "AK", SecretKey = new Secret("SK"), SessionToken = new Secret("ST"),
        });

        Assert.Equal(("AK", "SK", "ST"), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public void Resolve_OnlyAccessKey_NamesSecretKey() => Assert.Equal(
        "SecretKey",
        Assert.Throws<InvalidInputException>(() => CredentialResolver.Resolve(new ClientSettings { AccessKey = "AK" }))
            .InputName);

    [Fact]
    public void Resolve_OnlySecretKey_NamesAccessKey() => Assert.Equal(
        "AccessKey",
        Assert.Throws<InvalidInputException>(
            () => CredentialResolver.Resolve(new ClientSettings { SecretKey = new Secret("SK") })).InputName);

    [Fact]
    public void Resolve_OnlySessionToken_NamesBothKeys() => Assert.Contains(
        "AccessKey and SecretKey are missing",
        Assert.Throws<InvalidInputException>(
            () => CredentialResolver.Resolve(new ClientSettings { SessionToken = new Secret("ST") })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Profile_Missing_ListsProfiles()
    {
        string file = _folder.Write(
            "credentials",
            "[beta]\naws_access_key_id = AK\naws_secret_access_key = SK\n"
            + "[alpha]\naws_access_key_id = AK\naws_secret_access_key = SK\n");

        CredentialException error = Assert.Throws<CredentialException>(() => CredentialResolver.Resolve(
            new ClientSettings { ProfileName = "gamma", ProfileLocation = file }));

        Assert.Equal((CredentialFault.ProfileNotFound, "gamma"), (error.Fault, error.ProfileName));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Equal("Use one of: alpha, beta.", error.RecommendedAction);
    }

    [Fact]
    public void Profile_MissingWithoutOthers_SaysHowToCreateIt() => Assert.Contains(
        "aws configure --profile gamma",
        Assert.Throws<CredentialException>(() =>
            CredentialResolver.Resolve(new ClientSettings { ProfileName = "gamma" })).RecommendedAction,
        StringComparison.Ordinal);

    [Fact]
    public void Profile_StaticKeys_AreUsed()
    {
        using var config = new AwsConfigFile("[profile fixed]\naws_access_key_id = AK\naws_secret_access_key = SK\n");

        ImmutableCredentials keys = Keys(new ClientSettings { ProfileName = "fixed" });

        Assert.Equal(("AK", "SK"), (keys.AccessKey, keys.SecretKey));
    }

    [Fact]
    public void Profile_InGivenFile_IsUsed()
    {
        string file = _folder.Write("credentials", "[fixed]\naws_access_key_id = AK\naws_secret_access_key = SK\n");

        Assert.Equal("AK", Keys(new ClientSettings { ProfileName = "fixed", ProfileLocation = file }).AccessKey);
    }

    [Fact]
    public void Profile_PartialKeys_ThrowsWithName()
    {
        using var config = new AwsConfigFile("[profile half]\naws_access_key_id = AK\n");

        CredentialException error = Assert.Throws<CredentialException>(
            () => CredentialResolver.Resolve(new ClientSettings { ProfileName = "half" }));

        Assert.Equal(CredentialFault.ProfileUnusable, error.Fault);
        Assert.Contains("'half'", error.Message, StringComparison.Ordinal);
    }

    [CredentialProgramFact]
    public async Task Process_PrintedKeys_SignCalls()
    {
        using var service = new EmulatedService();
        string keys = _folder.Write(
            "keys.json",
            $"{{\"Version\":1,\"AccessKeyId\":\"{service.Emulator.AccessKeyId}\","
            + $"\"SecretAccessKey\":\"{service.Emulator.SecretAccessKey.Reveal()}\"}}");
        using var config = new AwsConfigFile($"[profile program]\ncredential_process = cat {keys}\n");

        await PollAsync(service, new ClientSettings { ProfileName = "program" });
    }

    [CredentialProgramFact]
    public async Task Process_Fails_ThrowsWithName()
    {
        using var service = new EmulatedService();
        using var config = new AwsConfigFile($"[profile program]\ncredential_process = cat {_folder.PathOf("none")}\n");

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(
            () => PollAsync(service, new ClientSettings { ProfileName = "program" }));

        Assert.Equal((CredentialFault.SourceFailed, "program"), (error.Fault, error.ProfileName));
        Assert.Contains("'program'", error.Message, StringComparison.Ordinal);
        Assert.Empty(service.Emulator.GetRequests());
    }

    [Fact]
    public async Task Sso_NotSignedIn_SaysHowToSignIn()
    {
        using var service = new EmulatedService();
        using var config = new AwsConfigFile(
            """
            [profile sso]
            sso_session = none
            sso_account_id = 123456789012
            sso_role_name = Role
            [sso-session none]
            sso_region = us-east-1
            sso_start_url = https://nowhere.invalid/start
            sso_registration_scopes = sso:account:access
            """);

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(
            () => PollAsync(service, new ClientSettings { ProfileName = "sso" }));

        Assert.Equal((CredentialFault.SignInNeeded, "sso"), (error.Fault, error.ProfileName));
        Assert.Contains("aws sso login --profile sso", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_NoSource_RecommendsSources()
    {
        using var service = new EmulatedService();
        using var home = new EnvironmentScope(("HOME", _folder.PathOf(".")), ("USERPROFILE", _folder.PathOf(".")));

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(
            () => PollAsync(service, new ClientSettings()));

        Assert.Equal(CredentialFault.NotFound, error.Fault);
        Assert.Contains("AWS_ACCESS_KEY_ID", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(service.Emulator.GetRequests());
    }

    [Fact]
    public async Task Environment_Keys_AreDefault()
    {
        using var service = new EmulatedService();
        using var keys = new EnvironmentScope(
            ("AWS_ACCESS_KEY_ID", service.Emulator.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", service.Emulator.SecretAccessKey.Reveal()));

        await PollAsync(service, new ClientSettings());
    }

    [Fact]
    public async Task Environment_KeysChanged_AreUsedByNextClient()
    {
        using var service = new EmulatedService();
        using (new EnvironmentScope(("AWS_ACCESS_KEY_ID", "AKIDWRONG"), ("AWS_SECRET_ACCESS_KEY", "wrong")))
        {
            await Assert.ThrowsAsync<UnrecognizedClientException>(() => PollAsync(service, new ClientSettings()));
        }

        using var keys = new EnvironmentScope(
            ("AWS_ACCESS_KEY_ID", service.Emulator.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", service.Emulator.SecretAccessKey.Reveal()));
        await PollAsync(service, new ClientSettings());
    }

    [Fact]
    public void Describe_NamesSourceWithoutSecret()
    {
        Assert.Equal("none (anonymous)", CredentialResolver.Describe(new ClientSettings { Anonymous = true }));
        Assert.Equal("an access key", CredentialResolver.Describe(new ClientSettings { AccessKey = "AK" }));
        Assert.Equal("profile 'p'", CredentialResolver.Describe(new ClientSettings { ProfileName = "p" }));
        Assert.Equal("the default chain", CredentialResolver.Describe(new ClientSettings()));
        Assert.Equal(
            "a credential object",
            CredentialResolver.Describe(new ClientSettings { Credential = new AnonymousAWSCredentials() }));
    }

    [Fact]
    public async Task Region_Environment_ComesFirst()
    {
        using var region = new EnvironmentScope(("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-2"));

        Assert.Equal("eu-west-1", await RegionAsync(null));
    }

    [Fact]
    public async Task Region_OlderVariable_IsUsed()
    {
        using var region = new EnvironmentScope(("AWS_DEFAULT_REGION", "eu-west-2"));

        Assert.Equal("eu-west-2", await RegionAsync(null));
    }

    [Fact]
    public async Task Region_Profile_IsUsed()
    {
        using var config = new AwsConfigFile("[default]\nregion = ap-south-1\n[profile other]\nregion = sa-east-1\n");
        using var profile = new EnvironmentScope(("AWS_PROFILE", null));

        Assert.Equal("sa-east-1", await RegionAsync("other"));
        Assert.Equal("ap-south-1", await RegionAsync(null));
    }

    [Fact]
    public async Task Region_ProfileOfEnvironment_IsUsed()
    {
        using var config = new AwsConfigFile("[default]\nregion = ap-south-1\n[profile other]\nregion = sa-east-1\n");
        using var profile = new EnvironmentScope(("AWS_PROFILE", "other"));

        Assert.Equal("sa-east-1", await RegionAsync(null));
    }

    [Fact]
    public async Task Region_NoSource_IsNull() => Assert.Null(await RegionAsync(null));

    [Fact]
    public void ClientCache_EqualSettings_ShareClient()
    {
        ClientSettings settings = Cached("us-east-1", "key-1");

        Assert.Same(ClientCache.Get(settings), ClientCache.Get(Cached("us-east-1", "key-1")));
    }

    [Fact]
    public void ClientCache_OtherSettings_GetOtherClient()
    {
        ThirdPartyJobClient client = ClientCache.Get(Cached("us-east-1", "key-1"));

        Assert.NotSame(client, ClientCache.Get(Cached("us-east-2", "key-1")));
        Assert.NotSame(client, ClientCache.Get(Cached("us-east-1", "key-2")));
        Assert.NotSame(client, ClientCache.Get(Cached("us-east-1", "key-1") with { Environment = "other" }));
    }

    [Fact]
    public void ClientCache_AfterError_TriesAgain()
    {
        var settings = new ClientSettings { Region = "us-east-1", ProfileName = "later" };
        Assert.Throws<CredentialException>(() => ClientCache.Get(settings));

        using var config = new AwsConfigFile("[profile later]\naws_access_key_id = AK\naws_secret_access_key = SK\n");

        Assert.NotNull(ClientCache.Get(settings));
    }

    private static Task<string?> RegionAsync(string? profile) =>
        RegionResolver.FindAsync(new ClientSettings { ProfileName = profile }, default);

    private static ClientSettings Cached(string region, string key) => new()
    {
        Region = region, AccessKey = "AKIDEXAMPLE", SecretKey = new Secret(key),
    };

    private static ImmutableCredentials Keys(ClientSettings settings) =>
        CredentialResolver.Resolve(settings).GetCredentials();

    /// <summary>Polls for an existing job, with the credentials of the settings.</summary>
    private static async Task PollAsync(EmulatedService service, ClientSettings settings)
    {
        service.AddJob();
        using var client = new ThirdPartyJobClient(settings with
        {
            Region = service.Emulator.Region, EndpointUrl = service.Emulator.Endpoint.AbsoluteUri, MaxAttempts = 1,
        });
        Assert.NotEmpty(await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 10, CallOptions.Quiet, default));
    }
}
