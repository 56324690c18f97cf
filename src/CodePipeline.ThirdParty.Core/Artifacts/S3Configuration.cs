using System;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Creates the SDK's S3 configuration from the settings of a session.</summary>
internal static class S3Configuration
{
    public static AmazonS3Config Create(AwsSettings aws, string region, bool dottedBucket)
    {
        Uri? endpoint = EndpointOf(aws);
        var config = new AmazonS3Config
        {
            DisableS3ExpressSessionAuth = true,

            // Set explicitly, so that the SDK does not read them from the profile.
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

        // S3ArtifactStore retries, because the SDK does not retry interrupted response bodies.
        config.MaxErrorRetry = 0;

        // TransferAttempt detects stalls. There is no overall timeout, since large parts take long.
        config.Timeout = System.Threading.Timeout.InfiniteTimeSpan;

        // Ranges have no checksums. ArtifactDownload verifies the checksum of the whole object.
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        config.RequestChecksumCalculation = aws.ChecksumsOnlyWhenRequired
            ? RequestChecksumCalculation.WHEN_REQUIRED
            : RequestChecksumCalculation.WHEN_SUPPORTED;

        // Virtual-hosted names need wildcard DNS, and a wildcard certificate does not cover bucket names with dots.
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
    /// Returns the S3 endpoint: the -S3EndpointUrl parameter, else the configuration, else the emulator's. Returns
    /// <see langword="null"/> for the default endpoint. CodePipeline's own endpoint does not apply to S3.
    /// </summary>
    public static Uri? EndpointOf(AwsSettings aws) =>
        aws.Given.S3EndpointUrl is string given ? UrlText.Parse(given, "S3EndpointUrl")
        : aws.EndpointOf(AwsService.S3)
            ?? (aws.Given.EmulatorUrl is string emulator ? new Uri(emulator) : null);
}
