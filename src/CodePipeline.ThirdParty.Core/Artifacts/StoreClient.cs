using System;
using Amazon.S3;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The SDK's client for one generation of credentials and one region.</summary>
internal sealed class StoreClient(CredentialLease lease, string region, AmazonS3Config config) : IDisposable
{
    public AmazonS3Client S3 { get; } = new(lease.Credentials, config);

    public CredentialLease Lease { get; } = lease;

    public string Region { get; } = region;

    /// <summary>Where requests go, for messages.</summary>
    public string Endpoint { get; } =
        config.ServiceURL ?? $"https://s3.{region}.{config.RegionEndpoint?.PartitionDnsSuffix}";

    /// <summary>
    /// Over TLS the body needs no signature of its own: the checksum at its end tells damage, TLS tells tampering.
    /// </summary>
    public bool IsTls => Endpoint.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    public void Dispose() => S3.Dispose();
}
