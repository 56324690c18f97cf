using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Which pieces of a file a tar holds where it left the holes out.</summary>
internal sealed class SparseMap
{
    /// <summary>More pieces than any file has that is worth leaving holes out of.</summary>
    public const int MostPieces = 1_000_000;

    private const int LargestMap = 16 << 20;
    private readonly List<(long Offset, long Length)> _pieces = new();
    private long _end;

    private SparseMap(long size) => Size = size;

    /// <summary>How long the file is, with its holes.</summary>
    public long Size { get; }

    /// <summary>How many bytes of it the tar holds.</summary>
    public long Stored { get; private set; }

    /// <summary>In order; none reaches into the next.</summary>
    public IReadOnlyList<(long Offset, long Length)> Pieces => _pieces;

    /// <summary>An empty map; <see langword="null"/> where the size is none.</summary>
    public static SparseMap? OfSize(long? size) => size is >= 0 and <= long.MaxValue / 4 and long known
        ? new SparseMap(known) : null;

    /// <summary>
    /// Reads numbers by turns: an offset and a length; <see langword="null"/> where they do not fit.
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
    /// Reads the map in a header of GNU tar's own form, and in blocks behind it; <see langword="null"/> where it makes
    /// no sense.
    /// </summary>
    /// <param name="block">The header; it is used for the other blocks too.</param>
    /// <param name="take">Reads the next bytes of the tar.</param>
    public static SparseMap? FromHeader(byte[] block, Func<byte[], int, int> take)
    {
        const int FirstAt = 386, FirstCount = 4, MoreAt = 482, SizeAt = 483, NextCount = 21, NextMoreAt = 504;
        const int Pair = 24, Field = 12;
        SparseMap? map = OfSize(TarHeader.Number(block, SizeAt, Field));
        bool isMore = block[MoreAt] != 0;
        int at = FirstAt;
        int count = FirstCount;
        while (map is not null)
        {
            // A pair without a length ends them.
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

            if (take(block, TarHeader.Size) < TarHeader.Size)
            {
                return null;
            }

            isMore = block[NextMoreAt] != 0;
            (at, count) = (0, NextCount);
        }

        return map;
    }

    /// <summary>
    /// Reads the map before the data of an entry: numbers, one a line, in blocks of their own. The first tells how many
    /// pieces there are.
    /// </summary>
    /// <param name="fileSize">How long the file is.</param>
    /// <param name="size">The bytes of the entry.</param>
    /// <param name="take">Reads the next bytes of the tar.</param>
    /// <returns>The map; <see langword="null"/> where it makes no sense.</returns>
    public static SparseMap? FromData(long? fileSize, long size, Func<byte[], int, int> take)
    {
        const int LongestNumber = 20;
        byte[] block = new byte[TarHeader.Size];
        List<string> numbers = new();
        StringBuilder digits = new();
        long? wanted = null;
        for (long left = Math.Min(size, LargestMap); left >= block.Length && digits.Length <= LongestNumber;
            left -= block.Length)
        {
            if (take(block, block.Length) < block.Length)
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

    /// <summary>Reads a number; <see langword="null"/> where the text is none.</summary>
    public static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>Adds the next piece; gives whether it fits behind the others and into the file.</summary>
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
