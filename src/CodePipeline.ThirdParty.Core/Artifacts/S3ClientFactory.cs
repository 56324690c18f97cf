using System;
using Amazon.Runtime;
using Amazon.S3;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>An SDK client for one lease of credentials and one region.</summary>
internal sealed class S3ClientFactory(
    CredentialLease lease, string region, AmazonS3Config config, bool validatesOnlyWhenRequired) : IDisposable
{
    public AmazonS3Client S3 { get; } = new(lease.Credentials, config);

    public CredentialLease Lease { get; } = lease;

    public string Region { get; } = region;

    /// <summary>The endpoint, for messages.</summary>
    public string Endpoint { get; } =
        config.ServiceURL ?? $"https://s3.{region}.{config.RegionEndpoint?.PartitionDnsSuffix}";

    /// <summary>
    /// Whether the endpoint uses TLS. Then bodies are not signed: the trailing checksum detects damage, and TLS
    /// detects tampering.
    /// </summary>
    public bool IsTls => Endpoint.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The checksum of request bodies. <see langword="null"/> if the configuration limits checksums to operations
    /// that require one.
    /// </summary>
    public ChecksumAlgorithm? BodyChecksum { get; } =
        config.RequestChecksumCalculation == RequestChecksumCalculation.WHEN_REQUIRED ? null : ChecksumAlgorithm.CRC32;

    /// <summary>The checksum type of a multipart upload.</summary>
    public ChecksumType? UploadChecksumType => BodyChecksum is null ? null : ChecksumType.FULL_OBJECT;

    /// <summary>Whether requests ask for the object's checksum.</summary>
    public ChecksumMode? ChecksumMode { get; } = validatesOnlyWhenRequired ? null : ChecksumMode.ENABLED;

    public void Dispose() => S3.Dispose();
}
