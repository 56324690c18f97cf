using System;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The byte range or part of an object that a request reads.</summary>
internal sealed class ObjectRange
{
    private ObjectRange(long start, long length, bool isPartial, Checksum? checksum, int? part = null)
    {
        Start = start;
        Length = length;
        IsPartial = isPartial;
        Checksum = checksum;
        Part = part;
    }

    internal long Start { get; }

    internal long Length { get; }

    /// <summary>Whether the status code of the response is 206 instead of 200.</summary>
    internal bool IsPartial { get; }

    /// <summary>The checksum of this range, if one is stored.</summary>
    internal Checksum? Checksum { get; }

    /// <summary>The requested part number; <see langword="null"/> for none.</summary>
    internal int? Part { get; }

    internal static ObjectRange Read(S3Request request, StoredObject found)
    {
        string? range = request.Header("Range");
        if (request.Has("partNumber"))
        {
            return range is null
                ? OfPart(request, found)
                : throw S3Exception.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        }

        return (range is null ? null : OfHeader(range, found))
            ?? new ObjectRange(0, found.Length, isPartial: false, found.Checksum);
    }

    private static ObjectRange OfPart(S3Request request, StoredObject found)
    {
        int number = request.Number("partNumber", 1, UploadOperations.MostParts, 1);
        if (found.Parts is null && number == 1)
        {
            return new ObjectRange(0, found.Length, isPartial: true, found.Checksum, number);
        }

        // S3 numbers parts by their position in the object, not by the numbers of the upload.
        if (found.Parts is null || number > found.Parts.Count)
        {
            throw new S3Exception("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
                .With("PartNumberRequested", number.ToString(CultureInfo.InvariantCulture))
                .With("ActualPartCount", (found.Parts?.Count ?? 1).ToString(CultureInfo.InvariantCulture));
        }

        UploadedPart part = found.Parts[number - 1];
        long start = found.Parts.Take(number - 1).Sum(each => each.File.Length);
        return new ObjectRange(start, part.File.Length, isPartial: true, part.Checksum, number);
    }

    /// <summary>
    /// Reads a Range header; <see langword="null"/> for a header that S3 ignores: invalid, or with several ranges.
    /// </summary>
    private static ObjectRange? OfHeader(string header, StoredObject found)
    {
        const string Unit = "bytes=";
        string[] ends = header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)
            ? header.Substring(Unit.Length).Split('-')
            : Array.Empty<string>();
        if (ends.Length != 2 || !TryRead(ends[0], out long? first) || !TryRead(ends[1], out long? last)
            || (first is null && last is null) || first > last)
        {
            return null;
        }

        long start = first ?? Math.Max(0, found.Length - last!.Value);
        long end = first is null ? found.Length - 1 : Math.Min(last ?? long.MaxValue, found.Length - 1);
        return start <= end
            ? new ObjectRange(start, end - start + 1, isPartial: true, checksum: null)
            : throw new S3Exception("InvalidRange", "The requested range is not satisfiable", 416)
                .With("RangeRequested", header)
                .With("ActualObjectSize", found.Length.ToString(CultureInfo.InvariantCulture));
    }

    private static bool TryRead(string text, out long? number)
    {
        number = long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long read)
            ? read
            : null;
        return number is not null || text.Trim().Length == 0;
    }
}
