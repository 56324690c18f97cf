using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>How an object is said to be encrypted. Nothing is: the emulator only keeps what it is told.</summary>
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

    /// <summary>What S3 does to an object when nothing is asked for.</summary>
    internal static ServerSideEncryption Default { get; } = new("AES256", null, null);

    internal string Algorithm { get; }

    internal string? KeyId { get; }

    /// <summary>Whether the ETag is the MD5 of the contents, which it is not under KMS.</summary>
    internal bool HasMd5ETag => Algorithm == Default.Algorithm;

    /// <summary>Reads what an upload asks for.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="managedKeyId">The key that is used where the request names none.</param>
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
