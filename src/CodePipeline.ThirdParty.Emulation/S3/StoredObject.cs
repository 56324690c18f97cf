using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>An object of a bucket. It does not change; an upload under the same key takes its place.</summary>
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

    /// <summary>The ETag without its quotes.</summary>
    internal string ETag { get; }

    internal DateTimeOffset LastModified { get; }

    internal ObjectSettings Settings { get; }

    internal Checksum? Checksum { get; init; }

    /// <summary>The parts of a multipart upload; <see langword="null"/> for an object that came in one piece.</summary>
    internal IReadOnlyList<UploadedPart>? Parts { get; init; }
}
