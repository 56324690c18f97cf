using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Puts, gets and deletes objects.</summary>
internal sealed class ObjectOperations
{
    private static readonly string[] s_overrides =
    {
        "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires",
    };

    private readonly ObjectStore _store;
    private readonly TimeProvider _clock;

    internal ObjectOperations(ObjectStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    internal static HttpResponse Empty(int statusCode, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        new(statusCode, contentType: null, Array.Empty<byte>())
        {
            RequestIdHeader = S3Service.RequestIdHeader,
            Headers = headers,
        };

    internal static void Add(List<KeyValuePair<string, string>> headers, string name, string value) =>
        headers.Add(new KeyValuePair<string, string>(name, value));

    /// <summary>Checks the If-Match and If-None-Match conditions of an upload against the existing object.</summary>
    /// <exception cref="S3Exception">A condition does not hold or is not supported.</exception>
    internal static void CheckConditions(S3Request request, StoredObject? earlier)
    {
        if (request.Header("If-None-Match") is string none)
        {
            if (none.Trim() != "*")
            {
                throw S3Exception.NotImplemented("If-None-Match");
            }

            if (earlier is not null)
            {
                throw S3Exception.PreconditionFailed("If-None-Match");
            }
        }

        if (request.Header("If-Match") is string match)
        {
            if (earlier is null)
            {
                throw S3Exception.NoSuchKey(request.Key!);
            }

            if (!Matches(match, earlier))
            {
                throw S3Exception.PreconditionFailed("If-Match");
            }
        }
    }

    internal async Task<HttpResponse> PutAsync(S3Request request, S3Caller caller, FaultKind? fault)
    {
        CheckKey(request.Key!);
        ObjectSettings settings = ObjectSettings.Read(request, _store.ManagedKeyId);
        BodyReceiver receiver = new(request, caller)
        {
            NeedsMd5 = settings.Encryption.HasMd5ETag,
            Flip = fault == FaultKind.Corrupt,
            CutOff = fault == FaultKind.CutOff,
        };
        if (await receiver.ReceiveAsync(_store).ConfigureAwait(false) is not ReceivedBody body)
        {
            return HttpResponse.Dropped;
        }

        StoredContent content = new(new[] { body.File });
        StoredObject added = new(request.Key!, content, body.ETag, _clock.GetUtcNow(), settings)
        {
            Checksum = body.Checksum,
        };
        try
        {
            _store.Put(added, earlier => CheckConditions(request, earlier));
        }
        catch (S3Exception)
        {
            content.Release();
            throw;
        }

        List<KeyValuePair<string, string>> headers = new();
        Add(headers, "ETag", Quoted(added.ETag));
        Add(headers, body.Checksum.Algorithm.HeaderName, body.Checksum.Text);
        Add(headers, "x-amz-checksum-type", body.Checksum.Type);
        settings.Encryption.AddTo(headers);
        return Empty(200, headers);
    }

    /// <summary>Handles GetObject and HeadObject. The connection omits the body for HEAD.</summary>
    internal HttpResponse Get(S3Request request, bool flip)
    {
        StoredObject found = _store.Use(request.Key!) ?? throw S3Exception.NoSuchKey(request.Key!);
        bool isGiven = false;
        try
        {
            if (IsNotModified(request, found))
            {
                List<KeyValuePair<string, string>> known = new();
                Add(known, "ETag", Quoted(found.ETag));
                return Empty(304, known);
            }

            ObjectRange range = ObjectRange.Read(request, found);
            HttpResponse response = new(
                range.IsPartial ? 206 : 200,
                request.Parameter("response-content-type") ?? found.Settings.ContentType,
                Array.Empty<byte>())
            {
                RequestIdHeader = S3Service.RequestIdHeader,
                Headers = Headers(request, found, range),
                Content = new ContentStream(found.Content, range.Start, range.Length, flip),
            };
            isGiven = true;
            return response;
        }
        finally
        {
            if (!isGiven)
            {
                found.Content.Release();
            }
        }
    }

    internal HttpResponse Delete(S3Request request)
    {
        _store.Delete(request.Key!);
        return Empty(204, Array.Empty<KeyValuePair<string, string>>());
    }

    internal HttpResponse DeleteMany(IReadOnlyList<XElement> elements)
    {
        string[] keys = elements.Where(each => each.Name.LocalName == "Object")
            .Select(each => each.Child("Key") ?? throw S3Exception.MalformedXml()).ToArray();
        if (keys.Length is 0 or > 1000)
        {
            throw S3Exception.MalformedXml();
        }

        bool isQuiet = elements.Any(each => each.Name.LocalName == "Quiet" && each.Value == "true");
        foreach (string key in keys)
        {
            _store.Delete(key);
        }

        return S3Xml.Response("DeleteResult", xml =>
        {
            foreach (string key in isQuiet ? Array.Empty<string>() : keys)
            {
                xml.Element("Deleted", () => xml.Element("Key", key));
            }
        });
    }

    internal static void CheckKey(string key)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(key);
        if (length > 1024)
        {
            throw new S3Exception("KeyTooLongError", "Your key is too long")
                .With("Size", length.ToString(CultureInfo.InvariantCulture)).With("MaxSizeAllowed", "1024");
        }
    }

    internal static string Quoted(string etag) => "\"" + etag + "\"";

    private static bool Matches(string condition, StoredObject found) => condition.Split(',')
        .Select(each => each.Trim()).Any(each => each == "*" || each.Trim('"') == found.ETag);

    /// <summary>
    /// Checks the conditions of a read. Returns whether the client already has the object, which is not an error.
    /// </summary>
    private static bool IsNotModified(S3Request request, StoredObject found)
    {
        string? match = request.Header("If-Match");
        if (match is not null && !Matches(match, found))
        {
            throw S3Exception.PreconditionFailed("If-Match");
        }

        // HTTP dates have a resolution of one second.
        DateTimeOffset modified = DateTimeOffset.FromUnixTimeSeconds(found.LastModified.ToUnixTimeSeconds());
        if (match is null && modified > Time(request, "If-Unmodified-Since"))
        {
            throw S3Exception.PreconditionFailed("If-Unmodified-Since");
        }

        return request.Header("If-None-Match") is string none
            ? Matches(none, found)
            : modified <= Time(request, "If-Modified-Since");
    }

    private static DateTimeOffset? Time(S3Request request, string header) => DateTimeOffset.TryParse(
        request.Header(header), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
        ? time
        : null;

    private static List<KeyValuePair<string, string>> Headers(S3Request request, StoredObject found, ObjectRange range)
    {
        List<KeyValuePair<string, string>> headers = new();
        Add(headers, "ETag", Quoted(found.ETag));
        Add(headers, "Last-Modified", found.LastModified.ToString("r", CultureInfo.InvariantCulture));
        Add(headers, "Accept-Ranges", "bytes");
        found.Settings.Encryption.AddTo(headers);
        foreach (KeyValuePair<string, string> header in found.Settings.Headers)
        {
            if (request.Parameter("response-" + header.Key.ToLowerInvariant()) is null)
            {
                headers.Add(header);
            }
        }

        foreach (string name in s_overrides)
        {
            if (request.Parameter("response-" + name.ToLowerInvariant()) is string value)
            {
                Add(headers, name, value);
            }
        }

        if (range.IsPartial && found.Length > 0)
        {
            Add(headers, "Content-Range", FormattableString.Invariant(
                $"bytes {range.Start}-{range.Start + range.Length - 1}/{found.Length}"));
        }

        if (range.Part is not null && found.Parts is not null)
        {
            Add(headers, "x-amz-mp-parts-count", found.Parts.Count.ToString(CultureInfo.InvariantCulture));
        }

        Checksum? checksum = range.Checksum;
        if (checksum is not null && "ENABLED".Equals(
            request.Header("x-amz-checksum-mode"), StringComparison.OrdinalIgnoreCase))
        {
            Add(headers, checksum.Algorithm.HeaderName, checksum.Text);
            Add(headers, "x-amz-checksum-type", found.Checksum!.Type);
        }

        return headers;
    }
}
