using System;
using System.Linq;
using Amazon.Runtime;
using Amazon.SSO;
using Amazon.SSOOIDC;
using Amazon.SecurityToken;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Builds the SDK's configurations for the services that issue credentials.</summary>
internal static class ServiceConfigs
{
    private const string GlobalRegion = "us-east-1";

    // The regions that the legacy STS mode of the AWS tools sends to the global endpoint.
    private static readonly string[] s_globalStsRegions =
    {
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global", "ca-central-1",
        "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", GlobalRegion, "us-east-2",
        "us-west-1", "us-west-2",
    };

    /// <summary>STS in the region of the call, or its global endpoint if the settings ask for it.</summary>
    public static AmazonSecurityTokenServiceConfig Sts(AwsSettings aws)
    {
        string region = aws.Region;
        Uri? endpoint = aws.EndpointOf(AwsService.Sts);
        if (endpoint is null && aws is { UseFips: false, UseDualStack: false }
            && s_globalStsRegions.Contains(region) && aws.UsesGlobalSts)
        {
            region = GlobalRegion;
            endpoint = new Uri("https://sts.amazonaws.com");
        }

        return Fill(new AmazonSecurityTokenServiceConfig(), aws, region, endpoint);
    }

    /// <summary>The portal of IAM Identity Center, in the region that the profile sets for it.</summary>
    public static AmazonSSOConfig Sso(AwsSettings aws, string region) =>
        Fill(new AmazonSSOConfig(), aws, region, aws.EndpointOf(AwsService.Sso));

    /// <summary>The service that renews a sign-in with IAM Identity Center.</summary>
    public static AmazonSSOOIDCConfig SsoOidc(AwsSettings aws, string region) =>
        Fill(new AmazonSSOOIDCConfig(), aws, region, aws.EndpointOf(AwsService.SsoOidc));

    private static T Fill<T>(T config, AwsSettings aws, string region, Uri? endpoint)
        where T : ClientConfig
    {
        ClientConfiguration.Fill(config, aws, region, endpoint);
        return config;
    }
}
