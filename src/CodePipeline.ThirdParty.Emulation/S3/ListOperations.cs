using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Xml;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Lists buckets, objects and unfinished uploads.</summary>
internal sealed class ListOperations
{
    private const int MostKeys = 1000;

    private readonly ObjectStore _store;

    internal ListOperations(ObjectStore store)
    {
        _store = store;
    }

    /// <summary>Encodes a key as the request's <c>encoding-type</c> specifies.</summary>
    internal static string Encoded(S3Request request, string key) =>
        request.Parameter("encoding-type") == "url"
            ? string.Join("/", key.Split('/').Select(CanonicalRequest.Encode))
            : key;

    internal HttpResponse Handle(S3Request request, string operation) => operation switch
    {
        S3Operations.ListBuckets => Buckets(),
        S3Operations.HeadBucket => ObjectOperations.Empty(
            200, new[] { new KeyValuePair<string, string>("x-amz-bucket-region", _store.Region) }),
        S3Operations.GetBucketLocation => Location(),
        S3Operations.ListObjects => Objects(request),
        S3Operations.ListObjectsV2 => ObjectsV2(request),
        S3Operations.ListMultipartUploads => Uploads(request),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static void WriteEntry(XmlWriter xml, S3Request request, StoredObject entry) =>
        xml.Element("Contents", () =>
        {
            xml.Element("Key", Encoded(request, entry.Key));
            xml.Element("LastModified", entry.LastModified);
            xml.Element("ETag", ObjectOperations.Quoted(entry.ETag));
            xml.Element("ChecksumAlgorithm", entry.Checksum?.Algorithm.Name);
            xml.Element("ChecksumType", entry.Checksum?.Type);
            xml.Element("Size", entry.Length);
            xml.Element("StorageClass", "STANDARD");
        });

    private static void WriteRequest(XmlWriter xml, S3Request request, int most)
    {
        xml.Element("Name", request.Bucket);
        xml.Element("Prefix", Encoded(request, request.Parameter("prefix") ?? string.Empty));
        if (request.Parameter("delimiter") is { Length: > 0 } delimiter)
        {
            xml.Element("Delimiter", Encoded(request, delimiter));
        }

        xml.Element("MaxKeys", most);
        xml.Element("EncodingType", request.Parameter("encoding-type"));
    }

    private static int MostOf(S3Request request, string parameter) =>
        Math.Min(MostKeys, request.Number(parameter, 0, int.MaxValue, MostKeys));

    private static string After(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw S3Exception.InvalidArgument(
                "The continuation token provided is incorrect", "continuation-token", token);
        }
    }

    private HttpResponse Buckets() => S3Xml.Response("ListAllMyBucketsResult", xml =>
    {
        xml.Element("Owner", () => xml.Element("ID", S3Service.HostId));
        xml.Element("Buckets", () => xml.Element("Bucket", () =>
        {
            xml.Element("Name", _store.BucketName);
            xml.Element("CreationDate", _store.CreatedAt);
            xml.Element("BucketRegion", _store.Region);
        }));
    });

    // S3 returns an empty location for us-east-1.
    private HttpResponse Location() => S3Xml.Response(
        "LocationConstraint", xml => xml.WriteString(_store.Region == "us-east-1" ? string.Empty : _store.Region));

    private HttpResponse ObjectsV2(S3Request request)
    {
        string? token = request.Parameter("continuation-token");
        int most = MostOf(request, "max-keys");
        string after = token is null ? request.Parameter("start-after") ?? string.Empty : After(token);
        ListPage<StoredObject> page = Page(request, after, most);
        return S3Xml.Response("ListBucketResult", xml =>
        {
            WriteRequest(xml, request, most);
            if (request.Parameter("start-after") is string start)
            {
                xml.Element("StartAfter", Encoded(request, start));
            }

            xml.Element("ContinuationToken", token);
            xml.Element("KeyCount", page.Entries.Count + page.Prefixes.Count);
            xml.Element("IsTruncated", page.IsTruncated ? "true" : "false");
            if (page.IsTruncated)
            {
                xml.Element("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(page.Last)));
            }

            WritePage(xml, request, page);
        });
    }

    private HttpResponse Objects(S3Request request)
    {
        int most = MostOf(request, "max-keys");
        string marker = request.Parameter("marker") ?? string.Empty;
        ListPage<StoredObject> page = Page(request, marker, most);
        return S3Xml.Response("ListBucketResult", xml =>
        {
            WriteRequest(xml, request, most);
            xml.Element("Marker", Encoded(request, marker));
            xml.Element("IsTruncated", page.IsTruncated ? "true" : "false");

            // Without a delimiter, S3 omits NextMarker: the client uses the last key.
            if (page.IsTruncated && request.Parameter("delimiter") is { Length: > 0 })
            {
                xml.Element("NextMarker", Encoded(request, page.Last));
            }

            WritePage(xml, request, page);
        });
    }

    private HttpResponse Uploads(S3Request request)
    {
        int most = MostOf(request, "max-uploads");
        string keyMarker = request.Parameter("key-marker") ?? string.Empty;
        string idMarker = request.Parameter("upload-id-marker") ?? string.Empty;
        string prefix = request.Parameter("prefix") ?? string.Empty;

        // The uploads of one key are ordered by time, so the page continues after the upload of the marker.
        bool isPast = idMarker.Length == 0;
        List<MultipartUpload> after = new();
        foreach (MultipartUpload upload in _store.ListUploads())
        {
            int order = KeyComparer.Instance.Compare(upload.Key, keyMarker);
            if (upload.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (order > 0 || (order == 0 && isPast && idMarker.Length > 0)))
            {
                after.Add(upload);
            }

            isPast |= upload.Id == idMarker;
        }

        ListPage<MultipartUpload> page = ListPage<MultipartUpload>.Create(
            after, upload => upload.Key, prefix, request.Parameter("delimiter") ?? string.Empty, string.Empty, most);
        return S3Xml.Response("ListMultipartUploadsResult", xml =>
        {
            xml.Element("Bucket", request.Bucket);
            xml.Element("KeyMarker", Encoded(request, keyMarker));
            xml.Element("UploadIdMarker", idMarker);
            if (page.IsTruncated)
            {
                xml.Element("NextKeyMarker", Encoded(request, page.Last));
                int count = page.Entries.Count;
                xml.Element("NextUploadIdMarker", count == 0 ? null : page.Entries[count - 1].Id);
            }

            xml.Element("Prefix", Encoded(request, prefix));
            xml.Element("Delimiter", request.Parameter("delimiter"));
            xml.Element("EncodingType", request.Parameter("encoding-type"));
            xml.Element("MaxUploads", most);
            xml.Element("IsTruncated", page.IsTruncated ? "true" : "false");
            foreach (MultipartUpload upload in page.Entries)
            {
                xml.Element("Upload", () =>
                {
                    xml.Element("Key", Encoded(request, upload.Key));
                    xml.Element("UploadId", upload.Id);
                    xml.Element("StorageClass", "STANDARD");
                    xml.Element("Initiated", upload.Initiated);
                    xml.Element("ChecksumAlgorithm", upload.DeclaredAlgorithm?.Name);
                    xml.Element("ChecksumType", upload.DeclaredAlgorithm is null ? null : upload.ChecksumType);
                });
            }

            WritePrefixes(xml, request, page.Prefixes);
        });
    }

    private ListPage<StoredObject> Page(S3Request request, string after, int most)
    {
        string prefix = request.Parameter("prefix") ?? string.Empty;
        return ListPage<StoredObject>.Create(
            _store.List(prefix),
            entry => entry.Key,
            prefix,
            request.Parameter("delimiter") ?? string.Empty,
            after,
            most);
    }

    private static void WritePage(XmlWriter xml, S3Request request, ListPage<StoredObject> page)
    {
        foreach (StoredObject entry in page.Entries)
        {
            WriteEntry(xml, request, entry);
        }

        WritePrefixes(xml, request, page.Prefixes);
    }

    private static void WritePrefixes(XmlWriter xml, S3Request request, IReadOnlyList<string> prefixes)
    {
        foreach (string prefix in prefixes)
        {
            xml.Element("CommonPrefixes", () => xml.Element("Prefix", Encoded(request, prefix)));
        }
    }
}
