using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The map of a sparse file in a tar: the ranges that the tar stores, without the holes.</summary>
internal sealed class SparseMap
{
    /// <summary>The maximum number of ranges, more than real sparse files have.</summary>
    public const int MostPieces = 1_000_000;

    private const int MaximumMapSize = 16 << 20;
    private readonly List<(long Offset, long Length)> _pieces = new();
    private long _end;

    private SparseMap(long size) => Size = size;

    /// <summary>The length of the file in bytes, including holes.</summary>
    public long Size { get; }

    /// <summary>The number of bytes that the tar stores.</summary>
    public long Stored { get; private set; }

    /// <summary>The stored ranges, in order and without overlaps.</summary>
    public IReadOnlyList<(long Offset, long Length)> Pieces => _pieces;

    /// <summary>Creates an empty map. Returns <see langword="null"/> if the size is invalid.</summary>
    public static SparseMap? OfSize(long? size) => size is >= 0 and <= long.MaxValue / 4 and long known
        ? new SparseMap(known) : null;

    /// <summary>
    /// Parses alternating offsets and lengths. Returns <see langword="null"/> if they are invalid.
    /// </summary>
    public static SparseMap? Parse(long? size, IReadOnlyList<string> numbers)
    {
        SparseMap? map = numbers.Count % 2 == 0 ? OfSize(size) : null;
        for (int index = 0; map is not null && index < numbers.Count; index += 2)
        {
            if (!map.TryAdd(Number(numbers[index]), Number(numbers[index + 1])))
            {
                return null;
            }
        }

        return map;
    }

    /// <summary>
    /// Reads the map from a GNU header and its extension blocks. Returns <see langword="null"/> if it is invalid.
    /// </summary>
    /// <param name="block">The header. The extension blocks overwrite it.</param>
    /// <param name="read">Reads the next bytes of the tar.</param>
    public static SparseMap? FromHeader(byte[] block, Func<byte[], int, int> read)
    {
        const int FirstAt = 386, FirstCount = 4, MoreAt = 482, SizeAt = 483, NextCount = 21, NextMoreAt = 504;
        const int Pair = 24, Field = 12;
        SparseMap? map = OfSize(TarHeader.Number(block, SizeAt, Field));
        bool isMore = block[MoreAt] != 0;
        int at = FirstAt;
        int count = FirstCount;
        while (map is not null)
        {
            // A pair without a length ends the list.
            for (int index = 0; index < count && block[at + Field] != 0; index++, at += Pair)
            {
                long? offset = TarHeader.Number(block, at, Field);
                if (!map.TryAdd(offset, TarHeader.Number(block, at + Field, Field)))
                {
                    return null;
                }
            }

            if (!isMore)
            {
                break;
            }

            if (read(block, TarHeader.Size) < TarHeader.Size)
            {
                return null;
            }

            isMore = block[NextMoreAt] != 0;
            (at, count) = (0, NextCount);
        }

        return map;
    }

    /// <summary>
    /// Reads the map that precedes the data of an entry (version 1.0): one number per line, padded to whole blocks. The
    /// first number is the count of ranges.
    /// </summary>
    /// <param name="fileSize">The length of the file in bytes, including holes.</param>
    /// <param name="size">The size of the entry in bytes.</param>
    /// <param name="read">Reads the next bytes of the tar.</param>
    /// <returns>The map; <see langword="null"/> if it is invalid.</returns>
    public static SparseMap? FromData(long? fileSize, long size, Func<byte[], int, int> read)
    {
        const int LongestNumber = 20;
        byte[] block = new byte[TarHeader.Size];
        List<string> numbers = new();
        StringBuilder digits = new();
        long? wanted = null;
        for (long left = Math.Min(size, MaximumMapSize); left >= block.Length && digits.Length <= LongestNumber;
            left -= block.Length)
        {
            if (read(block, block.Length) < block.Length)
            {
                return null;
            }

            foreach (byte each in block)
            {
                if (each != '\n')
                {
                    digits.Append((char)each);
                    continue;
                }

                if (wanted is not null)
                {
                    numbers.Add(digits.ToString());
                }
                else if (Number(digits.ToString()) is long count and <= MostPieces)
                {
                    wanted = count * 2;
                }
                else
                {
                    return null;
                }

                digits.Clear();
                if (numbers.Count == wanted)
                {
                    return Parse(fileSize, numbers);
                }
            }
        }

        return null;
    }

    /// <summary>Parses a number. Returns <see langword="null"/> if the text is not one.</summary>
    public static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>Adds the next range. Returns false if it overlaps the previous one or exceeds the file.</summary>
    public bool TryAdd(long? offset, long? length)
    {
        if (offset is not long from || length is not long count || from < _end || count < 0 || from > Size
            || count > Size - from || _pieces.Count == MostPieces)
        {
            return false;
        }

        _pieces.Add((from, count));
        _end = from + count;
        Stored += count;
        return true;
    }
}
