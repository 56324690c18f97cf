using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The requested encryption of an object. The emulator stores the setting but does not encrypt.</summary>
internal sealed class ServerSideEncryption
{
    internal const string Kms = "aws:kms";

    private const string Header = "x-amz-server-side-encryption";
    private const string KeyHeader = "x-amz-server-side-encryption-aws-kms-key-id";
    private const string BucketKeyHeader = "x-amz-server-side-encryption-bucket-key-enabled";

    private readonly string? _bucketKey;

    private ServerSideEncryption(string algorithm, string? keyId, string? bucketKey)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        _bucketKey = bucketKey;
    }

    /// <summary>S3's default encryption.</summary>
    internal static ServerSideEncryption Default { get; } = new("AES256", null, null);

    internal string Algorithm { get; }

    internal string? KeyId { get; }

    /// <summary>Whether the ETag is the MD5 of the contents; false for KMS encryption.</summary>
    internal bool HasMd5ETag => Algorithm == Default.Algorithm;

    /// <summary>Reads the encryption headers of an upload.</summary>
    /// <param name="request">The upload request.</param>
    /// <param name="managedKeyId">The KMS key for a request without a key id.</param>
    /// <exception cref="S3Exception">The headers are invalid or not supported.</exception>
    internal static ServerSideEncryption Read(S3Request request, string managedKeyId)
    {
        string? algorithm = request.Header(Header);
        string? keyId = request.Header(KeyHeader);
        if (request.Header("x-amz-server-side-encryption-customer-algorithm") is not null)
        {
            throw S3Exception.NotImplemented("x-amz-server-side-encryption-customer-algorithm");
        }

        switch (algorithm)
        {
            case null or "AES256" when keyId is not null:
                throw S3Exception.InvalidArgument(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header "
                        + "x-amz-server-side-encryption : aws:kms",
                    Header,
                    algorithm ?? string.Empty);
            case null or "AES256":
                return Default;
            case Kms or "aws:kms:dsse":
                return new ServerSideEncryption(algorithm, keyId ?? managedKeyId, request.Header(BucketKeyHeader));
            default:
                throw S3Exception.InvalidArgument(
                    "The encryption method specified is not supported", Header, algorithm);
        }
    }

    internal void AddTo(List<KeyValuePair<string, string>> headers)
    {
        headers.Add(new KeyValuePair<string, string>(Header, Algorithm));
        if (KeyId is not null)
        {
            headers.Add(new KeyValuePair<string, string>(KeyHeader, KeyId));
        }

        if (_bucketKey is not null)
        {
            headers.Add(new KeyValuePair<string, string>(BucketKeyHeader, _bucketKey));
        }
    }
}
