using System;
using Amazon.Runtime.Endpoints;
using Amazon.S3;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

[Collection(RunsAlone.Name)]
public sealed class StoreConfigurationTests
{
    private static readonly ClientSettings s_settings = new() { Region = "eu-west-1" };

    [Fact]
    public void Endpoint_OfASessionThatHasOne_IsS3sToo()
    {
        AmazonS3Config config = Create(s_settings with { EndpointUrl = "http://127.0.0.1:4566/" });

        Assert.Equal("http://127.0.0.1:4566/", config.ServiceURL);
        Assert.True(config.ForcePathStyle);
        Assert.Equal("eu-west-1", config.AuthenticationRegion);
    }

    [Theory]
    [InlineData("https://codepipeline-fips.us-east-1.amazonaws.com")]
    [InlineData("https://vpce-0123.codepipeline.us-east-1.vpce.amazonaws.com")]
    [InlineData("https://codepipeline.us-east-1.api.aws")]
    public void Endpoint_OfCodePipelineItself_IsNotS3s(string url)
    {
        AmazonS3Config config = Create(s_settings with { EndpointUrl = url });

        Assert.Null(config.ServiceURL);
        Assert.Equal("eu-west-1", config.RegionEndpoint.SystemName);
        Assert.False(config.ForcePathStyle);
    }

    [Fact]
    public void Endpoint_OfTheEnvironment_ComesAfterTheSessions()
    {
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL", "http://127.0.0.1:1/"));
        Assert.Equal("http://127.0.0.1:1/", Create(s_settings).ServiceURL);
        using var own = new EnvironmentScope(("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2/"));
        Assert.Equal("http://127.0.0.1:2/", Create(s_settings).ServiceURL);
        Assert.Equal("http://127.0.0.1:3/", Create(s_settings with { EndpointUrl = "http://127.0.0.1:3/" }).ServiceURL);
    }

    [Fact]
    public void BucketWithDots_IsAddressedByPath() =>
        Assert.True(StoreConfiguration.Create(s_settings, "eu-west-1", dottedBucket: true).ForcePathStyle);

    [Fact]
    public void Fips_WithACustomEndpoint_IsRefused()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => Create(s_settings with { EndpointUrl = "http://127.0.0.1:1/", UseFips = true }));

        Assert.Contains("FIPS", error.Message);
    }

    [Fact]
    public void Endpoint_OfABucket_IsAskedForOnce()
    {
        var rules = new CountingRules();
        var known = new KnownEndpoints(rules);

        Endpoint first = known.ResolveEndpoint(Of("one"));
        Endpoint again = known.ResolveEndpoint(Of("one"));
        Endpoint other = known.ResolveEndpoint(Of("two"));
        Endpoint none = known.ResolveEndpoint(new EndpointParameters());

        Assert.Same(first, again);
        Assert.Equal(
            new[] { "https://one.example/", "https://two.example/", "https://.example/" },
            new[] { first.URL, other.URL, none.URL });
        Assert.Equal(3, rules.Asked);
        Assert.IsType<KnownEndpoints>(Create(s_settings).EndpointProvider);

        static EndpointParameters Of(string bucket) => new() { ["Bucket"] = bucket };
    }

    private static AmazonS3Config Create(ClientSettings settings) =>
        StoreConfiguration.Create(settings, settings.Region!, dottedBucket: false);

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
