using System;
using System.Linq;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Makes the SDK's configuration of S3 from that of a job's session.</summary>
internal static class StoreConfiguration
{
    // Domains of AWS itself. An endpoint there is CodePipeline's own, such as a VPC's, and no S3.
    private static readonly string[] s_awsDomains =
    {
        ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".amazonwebservices.com.cn",
        ".api.amazonwebservices.com.cn", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov",
        ".amazonaws.eu",
    };

    public static AmazonS3Config Create(ClientSettings settings, string region, bool dottedBucket)
    {
        var config = new AmazonS3Config
        {
            // Requests are sent again by ArtifactStore, which sees bodies that break off too; the SDK's retries do not.
            MaxErrorRetry = 0,

            // What nothing comes of for too long is told by TransferAttempt; a large part may take its time.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,

            // Ranges have no checksum of their own; the whole is checked against the object's.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_SUPPORTED,
            DisableS3ExpressSessionAuth = true,
        };
        ClientConfiguration.Fill(config, settings, region, EndpointOf(settings));
        string? custom = config.ServiceURL;
        if (custom is not null && (config.UseFIPSEndpoint || config.UseDualstackEndpoint))
        {
            throw EndpointRules.OwnEndpointWith(config.UseFIPSEndpoint ? "FIPS" : "dual-stack", custom);
        }

        // Host names with the bucket in them need a wildcard in DNS, and a certificate that covers no dots.
        config.ForcePathStyle = custom is not null || dottedBucket;
        config.EndpointProvider = new KnownEndpoints(config.EndpointProvider);
        ClientConfiguration.ConfigureHttp(settings, config);
        return config;
    }

    /// <summary>
    /// The session's endpoint where it is somebody else's than AWS's, such as an emulator's: it has S3 too.
    /// </summary>
    private static string? EndpointOf(ClientSettings settings) =>
        settings.EndpointUrl is string url
        && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            && s_awsDomains.Any(domain => uri.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)))
            ? url
            : null;
}
