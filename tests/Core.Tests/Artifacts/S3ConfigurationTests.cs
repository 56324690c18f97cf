using System;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.S3;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

[Collection(RunsAlone.Name)]
public sealed class S3ConfigurationTests
{
    private static readonly ClientSettings s_settings = new() { Region = "eu-west-1" };

    [Fact]
    public void Create_CustomEndpoint_UsesPathStyle()
    {
        AmazonS3Config config = Create(s_settings with { S3EndpointUrl = "http://127.0.0.1:4566/" });

        Assert.Equal("http://127.0.0.1:4566/", config.ServiceURL);
        Assert.True(config.ForcePathStyle);
        Assert.Equal("eu-west-1", config.AuthenticationRegion);
    }

    [Theory]
    [InlineData("https://codepipeline-fips.us-east-1.amazonaws.com")]
    [InlineData("https://vpce-0123.codepipeline.us-east-1.vpce.amazonaws.com")]
    [InlineData("https://codepipeline.inside.example.com")]
    [InlineData("http://127.0.0.1:8080")]
    public void EndpointOf_CodePipelineEndpoint_IsIgnored(string url)
    {
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_CODEPIPELINE", url));

        AmazonS3Config config = Create(s_settings with { EndpointUrl = url });

        Assert.Null(config.ServiceURL);
        Assert.Equal("eu-west-1", config.RegionEndpoint.SystemName);
        Assert.False(config.ForcePathStyle);
    }

    [Fact]
    public void EndpointOf_SeveralSources_PrefersMostSpecific()
    {
        using var file = new AwsConfigFile(
            """
            [default]
            services = here
            endpoint_url = http://127.0.0.1:2/
            [services here]
            s3 =
              endpoint_url = http://127.0.0.1:3/
            """);
        ClientSettings emulated = s_settings with { EmulatorUrl = "http://127.0.0.1:1/" };

        Assert.Equal("http://127.0.0.1:3/", Create(emulated).ServiceURL);
        using var general = new EnvironmentScope(("AWS_ENDPOINT_URL", "http://127.0.0.1:4/"));
        Assert.Equal("http://127.0.0.1:4/", Create(emulated).ServiceURL);
        using var own = new EnvironmentScope(("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:5/"));
        Assert.Equal("http://127.0.0.1:5/", Create(emulated).ServiceURL);
        Assert.Equal(
            "http://127.0.0.1:6/", Create(emulated with { S3EndpointUrl = "http://127.0.0.1:6/" }).ServiceURL);
        using var ignored = new EnvironmentScope(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));
        Assert.Equal("http://127.0.0.1:1/", Create(emulated).ServiceURL);
    }

    [Fact]
    public void EndpointOf_GlobalEndpointInProfile_IsUsed()
    {
        using var file = new AwsConfigFile("[default]\nendpoint_url = http://127.0.0.1:2/\n");

        Assert.Equal("http://127.0.0.1:2/", Create(s_settings).ServiceURL);
    }

    [Theory]
    [InlineData("path", true)]
    [InlineData("virtual", false)]
    [InlineData("auto", false)]
    public void Create_AddressingStyleInProfile_IsUsed(string style, bool isPath)
    {
        using var file = new AwsConfigFile($"[default]\ns3 =\n  addressing_style = {style}\n");

        Assert.Equal(isPath, Create(s_settings).ForcePathStyle);
    }

    [Theory]
    [InlineData("AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED", null)]
    [InlineData(null, null, "when_required")]
    public void Create_ChecksumsWhenRequired_SendsNone(string? variable, string? value, string? ofProfile)
    {
        using var environment = new EnvironmentScope((variable ?? "AWS_UNUSED", value));
        using var file = new AwsConfigFile(
            ofProfile is null ? string.Empty : $"[default]\nrequest_checksum_calculation = {ofProfile}\n");

        Assert.Equal(RequestChecksumCalculation.WHEN_REQUIRED, Create(s_settings).RequestChecksumCalculation);
    }

    [Fact]
    public void Create_InvalidChecksumVariable_ErrorNamesVariable()
    {
        using var environment = new EnvironmentScope(("AWS_REQUEST_CHECKSUM_CALCULATION", "never"));

        Assert.Equal(
            "AWS_REQUEST_CHECKSUM_CALCULATION",
            Assert.Throws<InvalidInputException>(() => Create(s_settings)).InputName);
    }

    [Fact]
    public void Create_BucketWithDots_UsesPathStyle() =>
        Assert.True(Create(s_settings, dottedBucket: true).ForcePathStyle);

    [Fact]
    public void Create_FipsWithCustomEndpoint_Fails()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => Create(s_settings with { S3EndpointUrl = "http://127.0.0.1:1/", UseFips = true }));

        Assert.Contains("FIPS", error.Message);
    }

    [Fact]
    public void ResolveEndpoint_SameBucket_ResolvesOnce()
    {
        var rules = new CountingRules();
        var known = new CachedEndpointProvider(rules);

        Endpoint first = known.ResolveEndpoint(Of("one"));
        Endpoint again = known.ResolveEndpoint(Of("one"));
        Endpoint other = known.ResolveEndpoint(Of("two"));
        Endpoint none = known.ResolveEndpoint(new EndpointParameters());

        Assert.Same(first, again);
        Assert.Equal(
            new[] { "https://one.example/", "https://two.example/", "https://.example/" },
            new[] { first.URL, other.URL, none.URL });
        Assert.Equal(3, rules.Asked);
        Assert.IsType<CachedEndpointProvider>(Create(s_settings).EndpointProvider);

        static EndpointParameters Of(string bucket) => new() { ["Bucket"] = bucket };
    }

    private static AmazonS3Config Create(ClientSettings settings, bool dottedBucket = false) =>
        S3Configuration.Create(new AwsSettings(settings), settings.Region!, dottedBucket);

    private sealed class CountingRules : IEndpointProvider
    {
        public int Asked { get; private set; }

        public Endpoint ResolveEndpoint(EndpointParameters parameters)
        {
            Asked++;
            return new Endpoint($"https://{parameters["Bucket"]}.example/");
        }
    }
}
