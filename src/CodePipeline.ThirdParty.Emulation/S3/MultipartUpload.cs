using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A part of a multipart upload.</summary>
internal sealed class UploadedPart
{
    internal UploadedPart(int number, StoredFile file, string etag, Checksum checksum, DateTimeOffset lastModified)
    {
        Number = number;
        File = file;
        ETag = etag;
        Checksum = checksum;
        LastModified = lastModified;
    }

    internal int Number { get; }

    internal StoredFile File { get; }

    internal string ETag { get; }

    internal Checksum Checksum { get; }

    internal DateTimeOffset LastModified { get; }
}

/// <summary>An unfinished multipart upload. The lock of the <see cref="ObjectStore"/> guards it.</summary>
internal sealed class MultipartUpload
{
    internal MultipartUpload(
        string id, string key, ObjectSettings settings, ChecksumAlgorithm? algorithm, string type, DateTimeOffset time)
    {
        Id = id;
        Key = key;
        Settings = settings;
        DeclaredAlgorithm = algorithm;
        ChecksumType = type;
        Initiated = time;
    }

    internal string Id { get; }

    internal string Key { get; }

    internal ObjectSettings Settings { get; }

    /// <summary>The client's checksum algorithm; <see langword="null"/> for S3's default.</summary>
    internal ChecksumAlgorithm? DeclaredAlgorithm { get; }

    internal ChecksumAlgorithm Algorithm => DeclaredAlgorithm ?? ChecksumAlgorithm.Crc64Nvme;

    internal string ChecksumType { get; }

    internal DateTimeOffset Initiated { get; }

    internal SortedDictionary<int, UploadedPart> Parts { get; } = new();
}
