using System;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

[Collection(RunsAlone.Name)]
public sealed class ClientConfigurationTests : IDisposable
{
    private static readonly ClientSettings s_settings = new() { Region = "us-east-1", Anonymous = true };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("ftp://example/")]
    [InlineData("not a url")]
    [InlineData("/relative")]
    [InlineData("")]
    public void EndpointUrl_Invalid_ThrowsWithValue(string url)
    {
        InvalidInputException error = Refused(s_settings with { EndpointUrl = url });

        Assert.Equal("EndpointUrl", error.InputName);
        Assert.Contains($"'{url}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("AWS_ENDPOINT_URL_CODEPIPELINE")]
    public void EndpointVariable_Invalid_Throws(string variable)
    {
        using var environment = new EnvironmentScope((variable, "localhost:8080"));

        Assert.Contains("'localhost:8080'", Refused(s_settings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndpointVariable_IsUsed()
    {
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL", "https://all.example/"));

        Assert.Equal("https://all.example/", Endpoint(s_settings));
    }

    [Fact]
    public void EndpointVariable_OfService_OverridesGeneral()
    {
        using var environment = new EnvironmentScope(
            ("AWS_ENDPOINT_URL", "https://all.example/"), ("AWS_ENDPOINT_URL_CODEPIPELINE", "https://own.example/"));

        Assert.Equal("https://own.example/", Endpoint(s_settings));
    }

    [Theory]
    [InlineData("https://all.example/", "https://all.example/")]
    [InlineData("", "https://codepipeline.us-east-1.amazonaws.com/")]
    public void EndpointVariable_Empty_IsIgnored(string general, string endpoint)
    {
        using var environment = new EnvironmentScope(
            ("AWS_ENDPOINT_URL", general), ("AWS_ENDPOINT_URL_CODEPIPELINE", string.Empty));

        Assert.Equal(endpoint, Endpoint(s_settings));
    }

    [Fact]
    public void EndpointUrl_Given_OverridesVariable()
    {
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_CODEPIPELINE", "https://own.example/"));

        Assert.Equal("https://given.example/", Endpoint(s_settings with { EndpointUrl = "https://given.example/" }));
    }

    [Fact]
    public void ConfiguredEndpoints_CanBeIgnored()
    {
        using var environment = new EnvironmentScope(
            ("AWS_ENDPOINT_URL", "https://all.example/"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));

        Assert.Equal("https://codepipeline.us-east-1.amazonaws.com/", Endpoint(s_settings));
    }

    [Fact]
    public void ServicesSection_OfProfile_IsUsed()
    {
        using var config = new AwsConfigFile(
            """
            [profile local]
            aws_access_key_id = AKIDEXAMPLE
            aws_secret_access_key = sk
            services = here
            [services here]
            codepipeline =
              endpoint_url = https://services.example/
            """);

        Assert.Equal("https://services.example/",
            Endpoint(new ClientSettings { Region = "us-east-1", ProfileName = "local" }));
    }

    [Fact]
    public void VariantVariables_AreUsed()
    {
        using var environment = new EnvironmentScope(
            ("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE"));

        Assert.Equal("https://codepipeline-fips.us-east-1.api.aws/", Endpoint(s_settings));
        Assert.Equal(
            "https://codepipeline.us-east-1.amazonaws.com/",
            Endpoint(s_settings with { UseFips = false, UseDualStack = false }));
    }

    [Theory]
    [InlineData("AWS_MAX_ATTEMPTS", "x")]
    [InlineData("AWS_MAX_ATTEMPTS", "0")]
    [InlineData("AWS_MAX_ATTEMPTS", "-1")]
    [InlineData("AWS_RETRY_MODE", "eager")]
    [InlineData("AWS_USE_FIPS_ENDPOINT", "yes")]
    [InlineData("AWS_USE_DUALSTACK_ENDPOINT", "1")]
    [InlineData("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "no")]
    public void Variable_Invalid_ThrowsWithNameAndValue(string variable, string value)
    {
        using var environment = new EnvironmentScope((variable, value));

        InvalidInputException error = Refused(s_settings);

        Assert.Equal(variable, error.InputName);
        Assert.Contains($"{variable} is '{value}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RetryVariables_SettingsUnset_AreUsed()
    {
        using var environment = new EnvironmentScope(("AWS_MAX_ATTEMPTS", "7"), ("AWS_RETRY_MODE", "Adaptive"));

        CodePipelineConfig config = ClientConfiguration.Create(s_settings);
        CodePipelineConfig given = ClientConfiguration.Create(
            s_settings with { MaxAttempts = 2, RetryMode = ClientRetryMode.Standard });

        Assert.Equal((6, RequestRetryMode.Adaptive), (config.MaxErrorRetry, config.RetryMode));
        Assert.Equal((1, RequestRetryMode.Standard), (given.MaxErrorRetry, given.RetryMode));
    }

    [Fact]
    public void Defaults_MatchSessionDocumentation()
    {
        CodePipelineConfig config = ClientConfiguration.Create(s_settings);

        Assert.Equal(TimeSpan.FromSeconds(60), config.Timeout);
        Assert.Equal(2, config.MaxErrorRetry);
        Assert.Equal(RequestRetryMode.Standard, config.RetryMode);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10_000_000)]
    public void Timeout_OutOfRange_ThrowsWithName(int seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(seconds);

        Assert.Equal("Timeout", Refused(s_settings with { Timeout = time }).InputName);
        Assert.Equal("ConnectTimeout", Refused(s_settings with { ConnectTimeout = time }).InputName);
    }

    [Fact]
    public void Timeout_Zero_IsInfinite() => Assert.Equal(
        System.Threading.Timeout.InfiniteTimeSpan,
        ClientConfiguration.Create(s_settings with { Timeout = TimeSpan.Zero }).Timeout);

#if NET
    [Fact]
    public void ConnectTimeout_Zero_IsInfinite() => Assert.Equal(
        System.Threading.Timeout.InfiniteTimeSpan,
        ClientConfiguration.Create(s_settings with { ConnectTimeout = TimeSpan.Zero }).ConnectTimeout);

    [Fact]
    public void CaBundle_Missing_ThrowsWithPath()
    {
        string path = _folder.PathOf("none.pem");

        InvalidInputException error = Refused(s_settings with { CaBundle = path });

        Assert.Equal("CaBundle", error.InputName);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_InvalidCaBundle_Throws()
    {
        ClientSettings settings = s_settings with { CaBundle = _folder.Write("bad.pem", "no certificate") };

        Assert.Equal(
            "CaBundle", Assert.Throws<InvalidInputException>(() => ClientConfiguration.Check(settings)).InputName);
        ClientConfiguration.Check(s_settings);
    }

    [Fact]
    public void ConnectTimeout_Given_IsUsed() => Assert.Equal(
        TimeSpan.FromDays(1),
        ClientConfiguration.Create(s_settings with { ConnectTimeout = TimeSpan.FromDays(1) }).ConnectTimeout);

    [Fact]
    public void CaBundle_Given_OverridesVariable()
    {
        using var environment = new EnvironmentScope(("AWS_CA_BUNDLE", _folder.PathOf("none.pem")));

        ClientConfiguration.Create(s_settings with { CaBundle = _folder.Write("own.pem", "read at a handshake") });
    }

    [Fact]
    public void CaBundleVariable_MissingFile_Throws()
    {
        using var environment = new EnvironmentScope(("AWS_CA_BUNDLE", _folder.PathOf("none.pem")));

        Assert.Equal("AWS_CA_BUNDLE", Refused(s_settings).InputName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\n?!\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void CaBundle_NoCertificate_ThrowsWithPath(string text)
    {
        string path = _folder.Write("bad.pem", text);

        Assert.Contains(
            path, Assert.Throws<InvalidInputException>(() => HttpFactory.ReadBundle(path)).Message,
            StringComparison.Ordinal);
    }
#endif

    [Theory]
    [InlineData("proxy:8080")]
    [InlineData("socks5://proxy")]
    public void Proxy_InvalidUrl_RecommendsExample(string proxy)
    {
        InvalidInputException error = Refused(s_settings with { Proxy = proxy });

        Assert.Equal("Proxy", error.InputName);
        Assert.Contains("http://proxy.example.com:8080", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Region_Missing_RecommendsSources(string? region)
    {
        InvalidInputException error = Refused(s_settings with { Region = region });

        Assert.Equal("Region", error.InputName);
        Assert.Contains("AWS_REGION", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("US-EAST-1")]
    [InlineData("us_east_1")]
    [InlineData("us-east-1.evil.example")]
    [InlineData("-us")]
    [InlineData("us-")]
    public void Region_InvalidName_Throws(string region) =>
        Assert.Contains($"'{region}'", Refused(s_settings with { Region = region }).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("eu-isoe-west-9")]
    [InlineData("z")]
    [InlineData("a23456789-123456789-123456789-123456789-123456789-123456789-123")]
    public void Region_UnknownToSdk_Passes(string region) => Assert.Equal(region, RegionNames.Check(region));

    [Theory]
    [InlineData("a23456789-123456789-123456789-123456789-123456789-123456789-1234")]
    [InlineData("eu-west-1/")]
    [InlineData("eu-west-1:")]
    [InlineData("eu`west")]
    [InlineData("eu{west")]
    public void Region_InvalidHostNameLabel_Throws(string region) =>
        Assert.Equal("Region", Refused(s_settings with { Region = region }).InputName);

    [Theory]
    [InlineData("AK", "SK", true)]
    [InlineData("AK", null, true)]
    [InlineData(null, "SK", false)]
    [InlineData(" ", "SK", false)]
    public void HasAccessKey_DependsOnlyOnAccessKey(string? accessKey, string? secretKey, bool isThere)
    {
        using var none = new EnvironmentScope(("AWS_ACCESS_KEY_ID", null), ("AWS_SECRET_ACCESS_KEY", null));
        string before = AwsEnvironmentVariables.Stamp(null);
        using var environment = new EnvironmentScope(
            ("AWS_ACCESS_KEY_ID", accessKey), ("AWS_SECRET_ACCESS_KEY", secretKey));

        Assert.Equal(
            (isThere, isThere),
            (AwsEnvironmentVariables.HasAccessKey, AwsEnvironmentVariables.Stamp(null) != before));
    }

    [Theory]
    [InlineData("one", "two", "one")]
    [InlineData(null, "two", "two")]
    [InlineData(" ", "two", "two")]
    [InlineData(null, null, null)]
    public void Profile_Variables_PreferAwsProfile(
        string? chosen, string? general, string? profile)
    {
        using var environment = new EnvironmentScope(("AWS_PROFILE", chosen), ("AWS_DEFAULT_PROFILE", general));

        Assert.Equal(profile, AwsEnvironmentVariables.Profile);
    }

    [Fact]
    public void ClientCache_ManySettings_IsLimited()
    {
        ThirdPartyJobClient first = ClientCache.Get(Keys(0));
        for (int i = 1; i <= 64; i++)
        {
            Assert.Same(ClientCache.Get(Keys(i)), ClientCache.Get(Keys(i)));
        }

        Assert.NotSame(first, ClientCache.Get(Keys(0)));

        static ClientSettings Keys(int i) => new()
        {
            Region = "us-east-1", AccessKey = $"AKIDOFMANY{i}", SecretKey = new Secret("secret-key"),
        };
    }

    [Fact]
    public void Stamp_VariableChanged_Differs()
    {
        string before = AwsEnvironmentVariables.Stamp(null);
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL", "https://all.example/"));

        Assert.NotEqual(before, AwsEnvironmentVariables.Stamp(null));
    }

    private static InvalidInputException Refused(ClientSettings settings) =>
        Assert.Throws<InvalidInputException>(() => ClientConfiguration.Create(settings));

    private static string Endpoint(ClientSettings settings)
    {
        using var client = new ThirdPartyJobClient(settings);
        return client.Endpoint.AbsoluteUri;
    }
}
