using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Implements the multipart upload operations.</summary>
internal sealed class UploadOperations
{
    internal const int MostParts = 10_000;

    private const long SmallestPart = 5 << 20;

    private readonly ObjectStore _store;
    private readonly TimeProvider _clock;

    internal UploadOperations(ObjectStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    internal HttpResponse Create(S3Request request)
    {
        ObjectOperations.CheckKey(request.Key!);
        ObjectSettings settings = ObjectSettings.Read(request, _store.ManagedKeyId);
        ChecksumAlgorithm? algorithm = DeclaredAlgorithm(request);
        string type = ChecksumType(request, algorithm);
        MultipartUpload upload = new(
            RandomIdentifiers.UploadId(), request.Key!, settings, algorithm, type, _clock.GetUtcNow());
        _store.AddUpload(upload);
        List<KeyValuePair<string, string>> headers = new();
        settings.Encryption.AddTo(headers);
        if (algorithm is not null)
        {
            ObjectOperations.Add(headers, "x-amz-checksum-algorithm", algorithm.Name);
            ObjectOperations.Add(headers, "x-amz-checksum-type", type);
        }

        return S3Xml.Response(
            "InitiateMultipartUploadResult",
            xml =>
            {
                xml.Element("Bucket", request.Bucket);
                xml.Element("Key", request.Key);
                xml.Element("UploadId", upload.Id);
            },
            headers);
    }

    internal async Task<HttpResponse> PutPartAsync(S3Request request, S3Caller caller, FaultKind? fault)
    {
        string uploadId = request.Parameter("uploadId") ?? string.Empty;
        int number = PartNumber(request);
        MultipartUpload upload = _store.FindUpload(request.Key!, uploadId);
        BodyReceiver receiver = new(request, caller)
        {
            StoredAlgorithm = upload.Algorithm,
            NeedsMd5 = upload.Settings.Encryption.HasMd5ETag,
            Flip = fault == FaultKind.Corrupt,
            CutOff = fault == FaultKind.CutOff,
        };
        bool mayBeLeftOut = receiver.Algorithm is null && upload.ChecksumType == Checksum.FullObject;
        if (upload.DeclaredAlgorithm is not null && upload.DeclaredAlgorithm != receiver.Algorithm && !mayBeLeftOut)
        {
            // S3's wording, which calls the algorithm a type.
            throw S3Exception.InvalidRequest(
                $"Checksum Type mismatch occurred, expected checksum Type: {Lower(upload.DeclaredAlgorithm)}, "
                    + $"actual checksum Type: {Lower(receiver.Algorithm)}");
        }

        if (await receiver.ReceiveAsync(_store).ConfigureAwait(false) is not ReceivedBody body)
        {
            return HttpResponse.Dropped;
        }

        UploadedPart part = new(number, body.File, body.ETag, body.Checksum, _clock.GetUtcNow());
        try
        {
            _store.AddPart(request.Key!, uploadId, part);
        }
        catch (S3Exception)
        {
            body.File.Delete();
            throw;
        }

        List<KeyValuePair<string, string>> headers = new();
        ObjectOperations.Add(headers, "ETag", ObjectOperations.Quoted(part.ETag));
        ObjectOperations.Add(headers, body.ResponseChecksum.Algorithm.HeaderName, body.ResponseChecksum.Text);
        upload.Settings.Encryption.AddTo(headers);
        return ObjectOperations.Empty(200, headers);
    }

    internal HttpResponse Complete(S3Request request, IReadOnlyList<XElement> elements)
    {
        string uploadId = request.Parameter("uploadId")!;
        XElement[] asked = elements.Where(each => each.Name.LocalName == "Part").ToArray();
        if (asked.Length == 0)
        {
            throw S3Exception.MalformedXml();
        }

        StoredObject completed = _store.Complete(
            request.Key!,
            uploadId,
            upload => Choose(upload, asked),
            (upload, parts) => Join(request, upload, parts),
            earlier => ObjectOperations.CheckConditions(request, earlier));
        List<KeyValuePair<string, string>> headers = new();
        completed.Settings.Encryption.AddTo(headers);
        return S3Xml.Response(
            "CompleteMultipartUploadResult",
            xml =>
            {
                xml.Element("Location", $"http://{request.Header("Host")}/{request.Bucket}/{request.Key}");
                xml.Element("Bucket", request.Bucket);
                xml.Element("Key", request.Key);
                xml.Element("ETag", ObjectOperations.Quoted(completed.ETag));
                xml.Element(completed.Checksum!.Algorithm.ElementName, completed.Checksum.Text);
                xml.Element("ChecksumType", completed.Checksum.Type);
            },
            headers);
    }

    internal HttpResponse Abort(S3Request request)
    {
        _store.Abort(request.Key!, request.Parameter("uploadId")!);
        return ObjectOperations.Empty(204, Array.Empty<KeyValuePair<string, string>>());
    }

    internal HttpResponse ListParts(S3Request request)
    {
        string uploadId = request.Parameter("uploadId")!;
        MultipartUpload upload = _store.FindUpload(request.Key!, uploadId);
        int marker = request.Number("part-number-marker", 0, int.MaxValue, 0);
        int most = Math.Min(1000, request.Number("max-parts", 0, int.MaxValue, 1000));
        UploadedPart[] after = _store.ListParts(request.Key!, uploadId)
            .Where(part => part.Number > marker).ToArray();
        UploadedPart[] listed = after.Take(most).ToArray();
        return S3Xml.Response("ListPartsResult", xml =>
        {
            xml.Element("Bucket", request.Bucket);
            xml.Element("Key", ListOperations.Encoded(request, request.Key!));
            xml.Element("UploadId", uploadId);
            xml.Element("StorageClass", "STANDARD");
            xml.Element("PartNumberMarker", marker);
            xml.Element("NextPartNumberMarker", listed.Length == 0 ? 0 : listed[listed.Length - 1].Number);
            xml.Element("MaxParts", most);
            xml.Element("IsTruncated", listed.Length < after.Length ? "true" : "false");
            if (upload.DeclaredAlgorithm is not null)
            {
                xml.Element("ChecksumAlgorithm", upload.DeclaredAlgorithm.Name);
                xml.Element("ChecksumType", upload.ChecksumType);
            }

            foreach (UploadedPart part in listed)
            {
                xml.Element("Part", () =>
                {
                    xml.Element("PartNumber", part.Number);
                    xml.Element("LastModified", part.LastModified);
                    xml.Element("ETag", ObjectOperations.Quoted(part.ETag));
                    xml.Element("Size", part.File.Length);
                    xml.Element(part.Checksum.Algorithm.ElementName, part.Checksum.Text);
                });
            }
        });
    }

    private static string Lower(ChecksumAlgorithm? algorithm) => algorithm?.Name.ToLowerInvariant() ?? "null";

    private static int PartNumber(S3Request request) =>
        int.TryParse(
            request.Parameter("partNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 1 and <= MostParts
            ? number
            : throw S3Exception.InvalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
                request.Parameter("partNumber") ?? string.Empty);

    private static ChecksumAlgorithm? DeclaredAlgorithm(S3Request request)
    {
        string? name = request.Header("x-amz-checksum-algorithm");
        return name is null
            ? null
            : ChecksumAlgorithm.Find(name) ?? throw S3Exception.InvalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                    + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    }

    private static string ChecksumType(S3Request request, ChecksumAlgorithm? algorithm)
    {
        bool isFullOnly = algorithm is null || algorithm == ChecksumAlgorithm.Crc64Nvme;
        string type = request.Header("x-amz-checksum-type")
            ?? (isFullOnly ? Checksum.FullObject : Checksum.Composite);
        bool isKnown = type switch
        {
            Checksum.FullObject => algorithm is null || algorithm.CanBeCombined,
            Checksum.Composite => !isFullOnly,
            _ => false,
        };
        return isKnown
            ? type
            : throw S3Exception.InvalidRequest(
                $"The {type} checksum type cannot be used with the {Lower(algorithm)} checksum algorithm.");
    }

    private static UploadedPart[] Choose(MultipartUpload upload, XElement[] asked)
    {
        List<UploadedPart> chosen = new();
        foreach (XElement element in asked)
        {
            string number = element.Child("PartNumber") ?? throw S3Exception.MalformedXml();
            string etag = element.Child("ETag") ?? throw S3Exception.MalformedXml();
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int place)
                || !upload.Parts.TryGetValue(place, out UploadedPart? part)
                || part.ETag != etag.Trim('"'))
            {
                throw S3Exception.InvalidPart(upload.Id, number, etag.Trim('"'));
            }

            if (chosen.Count > 0 && chosen[chosen.Count - 1].Number >= place)
            {
                throw new S3Exception(
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part number.")
                    .With("UploadId", upload.Id);
            }

            CheckPartChecksum(upload, element, part);
            chosen.Add(part);
        }

        UploadedPart? small = chosen.Take(chosen.Count - 1).FirstOrDefault(part => part.File.Length < SmallestPart);
        return small is null
            ? chosen.ToArray()
            : throw new S3Exception(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
                .With("ProposedSize", small.File.Length.ToString(CultureInfo.InvariantCulture))
                .With("MinSizeAllowed", SmallestPart.ToString(CultureInfo.InvariantCulture))
                .With("PartNumber", small.Number.ToString(CultureInfo.InvariantCulture))
                .With("ETag", small.ETag);
    }

    private static void CheckPartChecksum(MultipartUpload upload, XElement element, UploadedPart part)
    {
        string? declared = element.Child(part.Checksum.Algorithm.ElementName);
        if (declared is null && upload.ChecksumType == Checksum.Composite)
        {
            throw S3Exception.InvalidRequest(
                $"The upload was created using a {Lower(upload.DeclaredAlgorithm)} checksum. The complete request must "
                    + "include the checksum for each part. It was missing for part "
                    + part.Number.ToString(CultureInfo.InvariantCulture) + " in the request.");
        }

        if (declared is not null && declared != part.Checksum.Text)
        {
            throw S3Exception.InvalidPart(
                upload.Id, part.Number.ToString(CultureInfo.InvariantCulture), part.ETag);
        }
    }

    private StoredObject Join(S3Request request, MultipartUpload upload, IReadOnlyList<UploadedPart> parts)
    {
        Checksum checksum = Checksum.OfParts(
            upload.Algorithm,
            upload.ChecksumType,
            parts.Select(part => new KeyValuePair<byte[], long>(part.Checksum.Bytes, part.File.Length)).ToArray());
        if (request.Header(checksum.Algorithm.HeaderName) is string declared && !checksum.Is(declared))
        {
            throw S3Exception.BadDigest(checksum.Algorithm.Name);
        }

        StoredContent content = new(parts.Select(part => part.File).ToArray());
        string? size = request.Header("x-amz-mp-object-size");
        if (size is not null && size != content.Length.ToString(CultureInfo.InvariantCulture))
        {
            throw S3Exception.InvalidRequest(
                $"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: "
                    + content.Length.ToString(CultureInfo.InvariantCulture));
        }

        return new StoredObject(upload.Key, content, ETag(parts), _clock.GetUtcNow(), upload.Settings)
        {
            Checksum = checksum,
            Parts = parts,
        };
    }

    /// <summary>Returns the MD5 of the parts' MD5s, followed by the number of parts.</summary>
    private static string ETag(IReadOnlyList<UploadedPart> parts)
    {
        byte[] all = parts.SelectMany(part => Hashing.FromHex(part.ETag)).ToArray();
        return FormattableString.Invariant($"{Hashing.Hex(Hashing.Md5(all))}-{parts.Count}");
    }
}
