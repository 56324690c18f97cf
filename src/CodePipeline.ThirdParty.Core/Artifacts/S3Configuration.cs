using System;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Makes the SDK's configuration of S3 from the settings of a job's session.</summary>
internal static class S3Configuration
{
    public static AmazonS3Config Create(AwsSettings aws, string region, bool dottedBucket)
    {
        Uri? endpoint = EndpointOf(aws);
        var config = new AmazonS3Config
        {
            DisableS3ExpressSessionAuth = true,

            // Looked up in the profile by the SDK where they are not set.
            UseArnRegion = false,
            DisableMultiregionAccessPoints = false,
            USEast1RegionalEndpointValue = S3UsEast1RegionalEndpointValue.Regional,
        };
        ClientConfiguration.Fill(config, aws, region, endpoint, hasShortAnswers: false);
        config.UseDualstackEndpoint = aws.S3UseDualStack;
        if (endpoint is not null && (config.UseFIPSEndpoint || config.UseDualstackEndpoint))
        {
            throw EndpointRules.OwnEndpointWith(
                config.UseFIPSEndpoint ? "FIPS" : "dual-stack", endpoint.AbsoluteUri);
        }

        // Requests are sent again by S3ArtifactStore, which sees bodies that break off too; the SDK's retries do not.
        config.MaxErrorRetry = 0;

        // What nothing comes of for too long is told by TransferAttempt; a large part may take its time.
        config.Timeout = System.Threading.Timeout.InfiniteTimeSpan;

        // Ranges have no checksum of their own; the whole is checked against the object's.
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        config.RequestChecksumCalculation = aws.ChecksumsOnlyWhenRequired
            ? RequestChecksumCalculation.WHEN_REQUIRED
            : RequestChecksumCalculation.WHEN_SUPPORTED;

        // Host names with the bucket in them need a wildcard in DNS, and a certificate that covers no dots.
        config.ForcePathStyle = aws.S3AddressingStyle switch
        {
            "path" => true,
            "virtual" => false,
            _ => endpoint is not null || dottedBucket,
        };
        config.EndpointProvider = new CachedEndpointProvider(config.EndpointProvider);
        return config;
    }

    /// <summary>
    /// S3's own endpoint: what is given for it, what is configured for it, and an emulator's. CodePipeline's endpoint
    /// says nothing of S3.
    /// </summary>
    public static Uri? EndpointOf(AwsSettings aws) =>
        aws.Given.S3EndpointUrl is string given ? UrlText.Parse(given, "S3EndpointUrl")
        : aws.EndpointOf(AwsService.S3)
            ?? (aws.Given.EmulatorUrl is string emulator ? new Uri(emulator) : null);
}
