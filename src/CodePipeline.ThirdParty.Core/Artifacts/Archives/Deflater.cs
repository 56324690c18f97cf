using System;
#if NET
using System.Numerics;
#endif

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Packs one piece of a file with Deflate (RFC 1951).</summary>
/// <remarks>
/// Ours, because the bytes have to be the same on every machine: the zlib behind DeflateStream is another one in .NET 8,
/// .NET 9 and .NET Framework, and within one it may choose by processor. The piece is wholly in memory, which makes
/// the search simple, and pieces are packed on several threads. One instance is for one thread at a time.
/// </remarks>
internal sealed class Deflater
{
    /// <summary>How far back a match can reach, and so how much of the piece before is of use.</summary>
    public const int WindowSize = 32 * 1024;

    private const int WindowMask = WindowSize - 1;
    private const int HashBits = 15;
    private const int ShortestMatch = 4;
    private const int LongestMatch = 258;
    private const int MostTries = 8;
    private const int GoodLength = 16;
    private const int GoodTries = 3;
    private const int LazyLimit = 24;
    private const int NiceLength = 64;
    private const int TokensPerBlock = 32 * 1024;
    private const int SkipAfter = 256;

    private readonly int[] _head = new int[1 << HashBits];
    private readonly int[] _previous = new int[WindowSize];

    // A literal is its byte; a match has its length above bit 16 and its distance below.
    private readonly int[] _tokens = new int[TokensPerBlock];
    private readonly DeflateBlockWriter _writer = new();
    private int _tokenCount;

    /// <summary>The largest result for a piece of a length.</summary>
    public static int MaxOutput(int length) => length + (((length / TokensPerBlock) + 2) * 16) + 64;

    /// <summary>Packs a part of a buffer; what stands before it is the window, and known to the reader already.</summary>
    /// <param name="data">The buffer.</param>
    /// <param name="start">Where the part begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="isLast">Whether the file ends there. If not, the result ends on a whole byte, for the next to follow.</param>
    /// <param name="output">Room for <see cref="MaxOutput"/> bytes.</param>
    /// <returns>The length of the result.</returns>
    public int Deflate(byte[] data, int start, int end, bool isLast, byte[] output)
    {
        _writer.Begin(output);
        _tokenCount = 0;
        Array.Clear(_head, 0, _head.Length);

        // Positions are kept with one added, so that 0 means none.
        int limit = end - 8;
        int windowStart = Math.Max(0, start - WindowSize);
        for (int index = windowStart; index < start && index <= limit; index++)
        {
            Insert(data, index);
        }

        int position = start;
        int blockStart = start;
        int misses = 0;
        while (position < end)
        {
            if (_tokenCount >= TokensPerBlock - 2)
            {
                _writer.WriteBlock(data, blockStart, position, _tokens, _tokenCount, isFinal: false);
                blockStart = position;
                _tokenCount = 0;
            }

            if (position > limit)
            {
                _tokens[_tokenCount++] = data[position++];
                continue;
            }

            int candidate = Insert(data, position);
            int length = FindMatch(data, position, end, candidate, ShortestMatch - 1, MostTries, out int distance);
            if (length < ShortestMatch)
            {
                _tokens[_tokenCount++] = data[position++];

                // Data that nothing matches (packed ones) are looked at with ever wider steps.
                int skip = Math.Min(++misses / SkipAfter, 16);
                for (; skip > 0 && position <= limit && _tokenCount < TokensPerBlock - 2; skip--)
                {
                    _tokens[_tokenCount++] = data[position++];
                }

                continue;
            }

            misses = 0;

            // A better match one byte on is worth a literal.
            while (length < LazyLimit && position + 1 <= limit && _tokenCount < TokensPerBlock - 2)
            {
                int nextCandidate = Insert(data, position + 1);
                int tries = length >= GoodLength ? GoodTries : MostTries;
                int nextLength = FindMatch(data, position + 1, end, nextCandidate, length, tries, out int nextDistance);
                if (nextLength <= length)
                {
                    EmitMatch(data, ref position, length, distance, limit, inserted: 2);
                    length = 0;
                    break;
                }

                _tokens[_tokenCount++] = data[position++];
                length = nextLength;
                distance = nextDistance;
            }

            if (length > 0)
            {
                EmitMatch(data, ref position, length, distance, limit, inserted: 1);
            }
        }

        _writer.WriteBlock(data, blockStart, end, _tokens, _tokenCount, isFinal: isLast);
        return _writer.End(align: !isLast);
    }

    private void EmitMatch(byte[] data, ref int position, int length, int distance, int limit, int inserted)
    {
        _tokens[_tokenCount++] = (length << 16) | distance;
        int end = position + length;
        int last = Math.Min(end - 1, limit);
        for (int index = position + inserted; index <= last; index++)
        {
            Insert(data, index);
        }

        position = end;
    }

    /// <summary>Remembers a position under its next four bytes; gives the last one that was there before.</summary>
    private int Insert(byte[] data, int position)
    {
        uint hash = (Load32(data, position) * 0x9E3779B1u) >> (32 - HashBits);
        int before = _head[hash];
        _previous[position & WindowMask] = before;
        _head[hash] = position + 1;
        return before;
    }

    private int FindMatch(
        byte[] data, int position, int end, int candidate, int best, int tries, out int distance)
    {
        distance = 0;
        int longest = Math.Min(LongestMatch, end - position);
        if (best >= longest)
        {
            return best;
        }

        int oldest = position - WindowSize;
        uint start = Load32(data, position);
        int nice = Math.Min(NiceLength, longest);
        while (candidate > 0 && candidate - 1 >= oldest && tries-- > 0)
        {
            int at = candidate - 1;
            if (data[at + best] == data[position + best] && Load32(data, at) == start)
            {
                int length = MatchLength(data, at, position, longest);
                if (length > best)
                {
                    best = length;
                    distance = position - at;
                    if (best >= nice)
                    {
                        break;
                    }
                }
            }

            int next = _previous[at & WindowMask];
            if (next >= candidate)
            {
                break;
            }

            candidate = next;
        }

        return best;
    }

    private static int MatchLength(byte[] data, int first, int second, int longest)
    {
        int length = 0;
#if NET
        while (length + 8 <= longest)
        {
            ulong difference = Load64(data, first + length) ^ Load64(data, second + length);
            if (difference != 0)
            {
                return length + (BitOperations.TrailingZeroCount(difference) >> 3);
            }

            length += 8;
        }
#endif
        while (length < longest && data[first + length] == data[second + length])
        {
            length++;
        }

        return length;
    }

    private static uint Load32(byte[] data, int offset)
    {
        uint value = BitConverter.ToUInt32(data, offset);
        return BitConverter.IsLittleEndian ? value : LittleEndian.UInt32(data, offset);
    }

#if NET
    private static ulong Load64(byte[] data, int offset)
    {
        ulong value = BitConverter.ToUInt64(data, offset);
        return BitConverter.IsLittleEndian ? value : LittleEndian.UInt64(data, offset);
    }
#endif
}
