using System;
using Amazon.Runtime;
using Amazon.S3;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The SDK's client for one generation of credentials and one region.</summary>
internal sealed class S3ClientFactory(
    CredentialLease lease, string region, AmazonS3Config config, bool validatesOnlyWhenRequired) : IDisposable
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

    /// <summary>
    /// The checksum that a body gets; none where only what needs one shall have it, for stores that know none.
    /// </summary>
    public ChecksumAlgorithm? BodyChecksum { get; } =
        config.RequestChecksumCalculation == RequestChecksumCalculation.WHEN_REQUIRED ? null : ChecksumAlgorithm.CRC32;

    /// <summary>What a checksum of an upload in parts is of.</summary>
    public ChecksumType? UploadChecksumType => BodyChecksum is null ? null : ChecksumType.FULL_OBJECT;

    /// <summary>Whether an object's checksum is asked for.</summary>
    public ChecksumMode? ChecksumMode { get; } = validatesOnlyWhenRequired ? null : ChecksumMode.ENABLED;

    public void Dispose() => S3.Dispose();
}
