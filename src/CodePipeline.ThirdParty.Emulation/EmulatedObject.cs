using System;
using CodePipeline.ThirdParty.Emulation.S3;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>An object of an emulated bucket, as it was at one moment.</summary>
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
    /// The ETag, without quotes. It is the MD5 of the contents unless they are under KMS or came in parts.
    /// </summary>
    public string ETag { get; }

    /// <summary>When the object was put, by the emulator's clock.</summary>
    public DateTimeOffset LastModified { get; }

    /// <summary>The media type that the upload told.</summary>
    public string ContentType { get; }

    /// <summary>The encryption that was asked for, such as <c>aws:kms</c>; <c>AES256</c> where none was.</summary>
    public string ServerSideEncryption { get; }

    /// <summary>The KMS key that was asked for, or a made-up managed one; <see langword="null"/> for no KMS.</summary>
    public string? EncryptionKeyId { get; }

    /// <summary>The number of parts that it was uploaded in; <see langword="null"/> for one piece.</summary>
    public int? PartCount { get; }

    /// <summary>The algorithm of <see cref="Checksum"/>, for example <c>CRC32</c>.</summary>
    public string? ChecksumAlgorithm { get; }

    /// <summary>The checksum in base 64, with the number of parts where it was made of theirs.</summary>
    public string? Checksum { get; }
}
