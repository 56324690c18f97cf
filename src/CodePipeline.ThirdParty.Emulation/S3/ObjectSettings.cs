using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The metadata of an object: an upload sets it, and responses return it.</summary>
internal sealed class ObjectSettings
{
    private const string MetadataPrefix = "x-amz-meta-";
    private const string ChunkedEncoding = "aws-chunked";

    // S3's limit of 2 KB includes names and values.
    private const int MostMetadata = 2048;

    private static readonly string[] s_kept =
    {
        "Cache-Control", "Content-Disposition", "Content-Language", "Expires",
    };

    internal ObjectSettings(string? contentType, ServerSideEncryption encryption)
    {
        ContentType = string.IsNullOrEmpty(contentType) ? "binary/octet-stream" : contentType!;
        Encryption = encryption;
    }

    internal string ContentType { get; }

    internal ServerSideEncryption Encryption { get; }

    /// <summary>More headers for responses that return the object.</summary>
    internal List<KeyValuePair<string, string>> Headers { get; } = new();

    internal static ObjectSettings Read(S3Request request, string managedKeyId)
    {
        ObjectSettings settings = new(
            request.Header("Content-Type"), ServerSideEncryption.Read(request, managedKeyId));
        foreach (string name in s_kept)
        {
            if (request.Header(name) is string value)
            {
                settings.Add(name, value);
            }
        }

        string encoding = string.Join(",", (request.Header("Content-Encoding") ?? string.Empty).Split(',')
            .Select(each => each.Trim())
            .Where(each => each.Length > 0 && !each.Equals(ChunkedEncoding, StringComparison.OrdinalIgnoreCase)));
        if (encoding.Length > 0)
        {
            settings.Add("Content-Encoding", encoding);
        }

        int size = 0;
        foreach (string name in request.Http.Headers.AllKeys.OfType<string>())
        {
            if (name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            {
                string value = request.Header(name)!;
                size += name.Length - MetadataPrefix.Length + value.Length;
                settings.Add(name.ToLowerInvariant(), value);
            }
        }

        return size <= MostMetadata
            ? settings
            : throw new S3Exception(
                "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
    }

    private void Add(string name, string value) => Headers.Add(new KeyValuePair<string, string>(name, value));
}
