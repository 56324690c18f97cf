using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net.Http;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.S3;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Makes the SDK's configuration of S3 from that of a job's session.</summary>
internal static class StoreConfiguration
{
    // Domains of AWS itself. An endpoint there is CodePipeline's own, such as a VPC's, and no S3.
    private static readonly string[] s_awsDomains =
    {
        ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".amazonwebservices.com.cn", ".api.amazonwebservices.com.cn",
        ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov", ".amazonaws.eu",
    };

    public static AmazonS3Config Create(ClientSettings settings, string region, bool dottedBucket)
    {
        var config = new AmazonS3Config
        {
            // Requests are sent again by TransferLoop, which also sees bodies that break off, and this one does not.
            MaxErrorRetry = 0,

            // What nothing comes of for too long is told by TransferAttempt; a large part may take its time.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,

            // Ranges have no checksum of their own; the whole is checked against the object's.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_SUPPORTED,
            DisableS3ExpressSessionAuth = true,
        };
        ClientConfiguration.Fill(config, settings, region, EndpointOf(settings));
        bool custom = config.ServiceURL is not null;
        if (custom && (config.UseFIPSEndpoint || config.UseDualstackEndpoint))
        {
            throw new InvalidInputException(
                "EndpointUrl",
                $"The endpoint {config.ServiceURL} cannot be used together with "
                + $"{(config.UseFIPSEndpoint ? "FIPS" : "dual-stack")} endpoints.",
                "Leave out the endpoint, or switch FIPS and dual-stack off (parameters, AWS_USE_FIPS_ENDPOINT, "
                + "AWS_USE_DUALSTACK_ENDPOINT, the profile).");
        }

        // Host names with the bucket in them need a wildcard in DNS, and a certificate that covers no dots.
        config.ForcePathStyle = custom || dottedBucket;
        config.EndpointProvider = new KnownEndpoints(config.EndpointProvider);
        ClientConfiguration.ConfigureHttp(settings, config);
        return config;
    }

    /// <summary>The session's endpoint where it is somebody else's than AWS's, such as an emulator's: it has S3 too.</summary>
    private static string? EndpointOf(ClientSettings settings) =>
        settings.EndpointUrl is string url
        && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            && s_awsDomains.Any(domain => uri.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)))
            ? url
            : null;
}

/// <summary>Asks for the endpoint of a bucket once for each configuration.</summary>
/// <remarks>
/// The SDK asks its rules before each request. They are one method of thousands of lines, and the runtime takes 15 MB of memory to
/// compile it anew once it has run thirty times.
/// </remarks>
internal sealed class KnownEndpoints(IEndpointProvider rules) : IEndpointProvider
{
    private readonly ConcurrentDictionary<string, Endpoint> _byBucket = new(StringComparer.Ordinal);

    /// <summary>The endpoint for a request to an object of a bucket. All else that the rules look at stands in the configuration.</summary>
    public Endpoint ResolveEndpoint(EndpointParameters parameters) => parameters["Bucket"] is string bucket
        ? _byBucket.GetOrAdd(bucket, _ => rules.ResolveEndpoint(parameters))
        : rules.ResolveEndpoint(parameters);
}

#if NET
/// <summary>One HTTP client for all the SDK's clients of a job, so that new credentials cost no new connections.</summary>
internal sealed class SharedHttp(HttpClientFactory inner) : HttpClientFactory, IDisposable
{
    private readonly object _lock = new();
    private HttpClient? _client;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        lock (_lock)
        {
            return _client ??= inner.CreateHttpClient(clientConfig);
        }
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client?.Dispose();
}
#endif
