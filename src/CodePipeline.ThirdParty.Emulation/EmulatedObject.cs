using System;
using CodePipeline.ThirdParty.Emulation.S3;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A snapshot of an object in an emulated bucket.</summary>
public sealed class EmulatedObject
{
    internal EmulatedObject(string bucketName, StoredObject stored)
    {
        BucketName = bucketName;
        Key = stored.Key;
        Length = stored.Length;
        ETag = stored.ETag;
        LastModified = stored.LastModified;
        ContentType = stored.Settings.ContentType;
        ServerSideEncryption = stored.Settings.Encryption.Algorithm;
        EncryptionKeyId = stored.Settings.Encryption.KeyId;
        PartCount = stored.Parts?.Count;
        ChecksumAlgorithm = stored.Checksum?.Algorithm.Name;
        Checksum = stored.Checksum?.Text;
    }

    /// <summary>The bucket.</summary>
    public string BucketName { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The length of the contents in bytes.</summary>
    public long Length { get; }

    /// <summary>
    /// The ETag, without quotes. It is the MD5 of the contents, except after a KMS-encrypted or multipart upload.
    /// </summary>
    public string ETag { get; }

    /// <summary>When the object was stored, by the emulator's clock.</summary>
    public DateTimeOffset LastModified { get; }

    /// <summary>The media type from the upload request; <c>binary/octet-stream</c> if it had none.</summary>
    public string ContentType { get; }

    /// <summary>The requested encryption, such as <c>aws:kms</c>; <c>AES256</c> by default.</summary>
    public string ServerSideEncryption { get; }

    /// <summary>
    /// The requested KMS key, or the emulator's managed key; <see langword="null"/> without KMS encryption.
    /// </summary>
    public string? EncryptionKeyId { get; }

    /// <summary>The number of parts of a multipart upload; <see langword="null"/> for a single upload.</summary>
    public int? PartCount { get; }

    /// <summary>The algorithm of <see cref="Checksum"/>, for example <c>CRC32</c>.</summary>
    public string? ChecksumAlgorithm { get; }

    /// <summary>The checksum in base 64; a composite checksum ends with the number of parts.</summary>
    public string? Checksum { get; }
}
