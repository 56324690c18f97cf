using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class EndpointRulesTests
{
    [Theory]
    [InlineData("us-east-1", false, false, "https://codepipeline.us-east-1.amazonaws.com/")]
    [InlineData("eu-central-1", false, false, "https://codepipeline.eu-central-1.amazonaws.com/")]
    [InlineData("us-east-1", true, false, "https://codepipeline-fips.us-east-1.amazonaws.com/")]
    [InlineData("us-east-1", false, true, "https://codepipeline.us-east-1.api.aws/")]
    [InlineData("us-east-1", true, true, "https://codepipeline-fips.us-east-1.api.aws/")]
    [InlineData("cn-north-1", false, false, "https://codepipeline.cn-north-1.amazonaws.com.cn/")]
    [InlineData("cn-north-1", false, true, "https://codepipeline.cn-north-1.api.amazonwebservices.com.cn/")]
    [InlineData("us-gov-west-1", false, false, "https://codepipeline.us-gov-west-1.amazonaws.com/")]
    [InlineData("us-gov-west-1", true, false, "https://codepipeline-fips.us-gov-west-1.amazonaws.com/")]
    [InlineData("us-gov-west-1", true, true, "https://codepipeline-fips.us-gov-west-1.api.aws/")]
    [InlineData("mars-north-1", false, false, "https://codepipeline.mars-north-1.amazonaws.com/")]
    public void Resolve_Region_ReturnsServiceEndpoint(string region, bool fips, bool dualStack, string endpoint)
    {
        using var client = new ThirdPartyJobClient(Settings(region, fips, dualStack));

        Assert.Equal(endpoint, client.Endpoint.AbsoluteUri);
    }

    [Theory]
    [InlineData(true, false, "FIPS")]
    [InlineData(true, true, "FIPS")]
    [InlineData(false, true, "dual-stack")]
    public void Resolve_CustomEndpointWithVariant_Throws(bool fips, bool dualStack, string variant)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => new ThirdPartyJobClient(
            Settings("us-east-1", fips, dualStack) with { EndpointUrl = "https://proxy.example/" }));

        Assert.Equal("EndpointUrl", error.InputName);
        Assert.Contains(variant, error.Message, StringComparison.Ordinal);
        Assert.Contains("https://proxy.example/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_CustomEndpoint_IsUnchanged()
    {
        using var client = new ThirdPartyJobClient(
            Settings("us-east-1", false, false) with { EndpointUrl = "http://127.0.0.1:8080/path" });

        Assert.Equal("http://127.0.0.1:8080/path", client.Endpoint.AbsoluteUri);
    }

    private static ClientSettings Settings(string region, bool fips, bool dualStack) => new()
    {
        Region = region, UseFips = fips, UseDualStack = dualStack, Anonymous = true,
    };
}
