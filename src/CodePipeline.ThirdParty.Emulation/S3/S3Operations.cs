using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The supported S3 operations.</summary>
internal static class S3Operations
{
    internal const string ListBuckets = "ListBuckets";
    internal const string HeadBucket = "HeadBucket";
    internal const string GetBucketLocation = "GetBucketLocation";
    internal const string ListObjects = "ListObjects";
    internal const string ListObjectsV2 = "ListObjectsV2";
    internal const string ListMultipartUploads = "ListMultipartUploads";
    internal const string DeleteObjects = "DeleteObjects";
    internal const string GetObject = "GetObject";
    internal const string HeadObject = "HeadObject";
    internal const string PutObject = "PutObject";
    internal const string DeleteObject = "DeleteObject";
    internal const string CreateMultipartUpload = "CreateMultipartUpload";
    internal const string UploadPart = "UploadPart";
    internal const string CompleteMultipartUpload = "CompleteMultipartUpload";
    internal const string AbortMultipartUpload = "AbortMultipartUpload";
    internal const string ListParts = "ListParts";

    // Parameters that select a subresource. The emulator supports none of these.
    private static readonly HashSet<string> s_unsupported = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory",
        "legal-hold", "lifecycle", "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy",
        "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select",
        "tagging", "torrent", "versioning", "versions", "website",
    };

    internal static IReadOnlyList<string> All { get; } = new[]
    {
        ListBuckets, HeadBucket, GetBucketLocation, ListObjects, ListObjectsV2, ListMultipartUploads, DeleteObjects,
        GetObject, HeadObject, PutObject, DeleteObject, CreateMultipartUpload, UploadPart, CompleteMultipartUpload,
        AbortMultipartUpload, ListParts,
    };

    /// <summary>The operations that upload or download the bytes of an object.</summary>
    internal static IReadOnlyList<string> OfContents { get; } = new[] { GetObject, PutObject, UploadPart };

    /// <summary>The operations whose responses have no XML.</summary>
    internal static IReadOnlyList<string> WithoutText { get; } = new[]
    {
        GetObject, HeadObject, PutObject, UploadPart, DeleteObject, AbortMultipartUpload, HeadBucket,
    };

    /// <summary>Returns the operation of a request.</summary>
    /// <exception cref="S3Exception">The emulator does not support the operation.</exception>
    internal static string NameOf(S3Request request)
    {
        string? unsupported = request.Query.Keys.FirstOrDefault(s_unsupported.Contains);
        if (request.Http.Headers["x-amz-copy-source"] is not null)
        {
            unsupported = "x-amz-copy-source";
        }

        if (unsupported is not null)
        {
            throw S3Exception.NotImplemented(unsupported);
        }

        string? operation = request.Bucket is null
            ? request.Http.Method == "GET" ? ListBuckets : null
            : request.Key is null ? OfBucket(request) : OfObject(request);
        return operation ?? throw S3Exception.MethodNotAllowed(request.Http.Method);
    }

    private static string? OfBucket(S3Request request) => request.Http.Method switch
    {
        "HEAD" => HeadBucket,
        "GET" when request.Has("location") => GetBucketLocation,
        "GET" when request.Has("uploads") => ListMultipartUploads,
        "GET" => request.Parameter("list-type") == "2" ? ListObjectsV2 : ListObjects,
        "POST" when request.Has("delete") => DeleteObjects,
        _ => null,
    };

    private static string? OfObject(S3Request request) => request.Http.Method switch
    {
        "HEAD" => HeadObject,
        "GET" => request.Has("uploadId") ? ListParts : GetObject,
        "PUT" => request.Has("uploadId") || request.Has("partNumber") ? UploadPart : PutObject,
        "POST" when request.Has("uploads") => CreateMultipartUpload,
        "POST" when request.Has("uploadId") => CompleteMultipartUpload,
        "DELETE" => request.Has("uploadId") ? AbortMultipartUpload : DeleteObject,
        _ => null,
    };
}
