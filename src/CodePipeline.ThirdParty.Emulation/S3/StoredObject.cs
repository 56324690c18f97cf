using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>An immutable object of a bucket. An upload with the same key replaces it.</summary>
internal sealed class StoredObject
{
    internal StoredObject(
        string key, StoredContent content, string etag, DateTimeOffset lastModified, ObjectSettings settings)
    {
        Key = key;
        Content = content;
        ETag = etag;
        LastModified = lastModified;
        Settings = settings;
    }

    internal string Key { get; }

    internal StoredContent Content { get; }

    internal long Length => Content.Length;

    /// <summary>The ETag, without quotes.</summary>
    internal string ETag { get; }

    internal DateTimeOffset LastModified { get; }

    internal ObjectSettings Settings { get; }

    internal Checksum? Checksum { get; init; }

    /// <summary>The parts of a multipart upload; <see langword="null"/> for a single upload.</summary>
    internal IReadOnlyList<UploadedPart>? Parts { get; init; }
}
