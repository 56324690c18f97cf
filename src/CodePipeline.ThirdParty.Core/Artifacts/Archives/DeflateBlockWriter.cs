using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Writes literals and matches as blocks of Deflate, each in the shortest of the three forms.</summary>
internal sealed class DeflateBlockWriter
{
    private const int LiteralCodes = 286;
    private const int DistanceCodes = 30;
    private const int LengthCodes = 19;
    private const int EndOfBlock = 256;
    private const int LongestStored = ushort.MaxValue;
    private static readonly int[] s_lengthBase = MakeBases(28, 3, 4);
    private static readonly int[] s_distanceBase = MakeBases(DistanceCodes, 1, 2);
    private static readonly byte[] s_lengthCode = MakeLengthCodes();
    private static readonly byte[] s_distanceCode = MakeDistanceCodes();
    private static readonly int[] s_codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    private static readonly HuffmanCode s_fixedLiterals = MakeFixedLiterals();
    private static readonly HuffmanCode s_fixedDistances = MakeFixedDistances();

    private readonly HuffmanCode _literals = new(LiteralCodes, 15);
    private readonly HuffmanCode _distances = new(DistanceCodes, 15);
    private readonly HuffmanCode _lengths = new(LengthCodes, 7);
    private readonly int[] _runs = new int[LiteralCodes + DistanceCodes];
    private int _runCount;
    private byte[] _output = [];
    private int _position;
    private ulong _bits;
    private int _bitCount;

    public void Begin(byte[] output)
    {
        _output = output;
        _position = 0;
        _bits = 0;
        _bitCount = 0;
    }

    /// <summary>Ends on a whole byte; in the middle of a file with an empty stored block, which changes nothing.</summary>
    public int End(bool align)
    {
        if (align)
        {
            WriteStoredHeader(0, isFinal: false);
        }

        AlignToByte();
        return _position;
    }

    public void WriteBlock(byte[] data, int start, int end, int[] tokens, int count, bool isFinal)
    {
        CountCodes(tokens, count);
        _literals.Build();
        _distances.Build();
        int literalCount = Math.Max(257, _literals.UsedCount);
        int distanceCount = Math.Max(1, _distances.UsedCount);
        FindRuns(literalCount, distanceCount);
        _lengths.Build();
        int lengthCount = LengthCodes;
        while (lengthCount > 4 && _lengths.Lengths[s_codeOrder[lengthCount - 1]] == 0)
        {
            lengthCount--;
        }

        long extra = ExtraBits();
        long dynamicBits = 3 + 14 + (3 * lengthCount) + RunBits() + extra
            + _literals.Cost(_literals.Lengths) + _distances.Cost(_distances.Lengths);
        long fixedBits = 3 + extra + _literals.Cost(s_fixedLiterals.Lengths) + _distances.Cost(s_fixedDistances.Lengths);
        int size = end - start;
        long storedBits = (8L * size) + (40L * ((size / LongestStored) + 1)) + 3;
        if (storedBits <= Math.Min(dynamicBits, fixedBits))
        {
            WriteStored(data, start, end, isFinal);
        }
        else if (fixedBits <= dynamicBits)
        {
            Put((isFinal ? 1u : 0u) | (1u << 1), 3);
            WriteTokens(tokens, count, s_fixedLiterals, s_fixedDistances);
        }
        else
        {
            Put((isFinal ? 1u : 0u) | (2u << 1), 3);
            Put((uint)(literalCount - 257), 5);
            Put((uint)(distanceCount - 1), 5);
            Put((uint)(lengthCount - 4), 4);
            for (int index = 0; index < lengthCount; index++)
            {
                Put(_lengths.Lengths[s_codeOrder[index]], 3);
            }

            WriteRuns();
            WriteTokens(tokens, count, _literals, _distances);
        }
    }

    // Each code stands for a range of values, wider by one bit every so many codes.
    private static int[] MakeBases(int codes, int first, int codesPerBit)
    {
        int[] bases = new int[codes];
        for (int code = 0, next = first; code < codes; code++)
        {
            bases[code] = next;
            next += 1 << ExtraOf(code, codesPerBit);
        }

        return bases;
    }

    private static int ExtraOf(int code, int codesPerBit) => code < 2 * codesPerBit ? 0 : (code / codesPerBit) - 1;

    private static byte[] MakeLengthCodes()
    {
        byte[] codes = new byte[259];
        for (int code = 0; code < s_lengthBase.Length; code++)
        {
            int width = 1 << ExtraOf(code, 4);
            for (int length = s_lengthBase[code]; length < Math.Min(258, s_lengthBase[code] + width); length++)
            {
                codes[length] = (byte)code;
            }
        }

        // The longest has a code of its own, without further bits.
        codes[258] = 28;
        return codes;
    }

    // By distance - 1 up to 255, beyond by its upper bits.
    private static byte[] MakeDistanceCodes()
    {
        byte[] codes = new byte[512];
        for (int code = 0; code < DistanceCodes; code++)
        {
            int first = s_distanceBase[code] - 1;
            int past = first + (1 << ExtraOf(code, 2));
            for (int each = first; each < Math.Min(past, 256); each++)
            {
                codes[each] = (byte)code;
            }

            for (int each = first >> 7; past > 256 && each < past >> 7; each++)
            {
                codes[256 + each] = (byte)code;
            }
        }

        return codes;
    }

    private static int DistanceCode(int distance) =>
        distance <= 256 ? s_distanceCode[distance - 1] : s_distanceCode[256 + ((distance - 1) >> 7)];

    private static HuffmanCode MakeFixedLiterals()
    {
        HuffmanCode code = new(288, 15);
        for (int symbol = 0; symbol < 288; symbol++)
        {
            code.Lengths[symbol] = (byte)(symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
        }

        code.AssignCodes();
        return code;
    }

    private static HuffmanCode MakeFixedDistances()
    {
        HuffmanCode code = new(DistanceCodes, 15);
        for (int symbol = 0; symbol < DistanceCodes; symbol++)
        {
            code.Lengths[symbol] = 5;
        }

        code.AssignCodes();
        return code;
    }

    private void CountCodes(int[] tokens, int count)
    {
        int[] literals = _literals.Counts;
        int[] distances = _distances.Counts;
        Array.Clear(literals, 0, literals.Length);
        Array.Clear(distances, 0, distances.Length);
        for (int index = 0; index < count; index++)
        {
            int token = tokens[index];
            if (token < 256)
            {
                literals[token]++;
            }
            else
            {
                literals[257 + s_lengthCode[token >> 16]]++;
                distances[DistanceCode(token & 0xFFFF)]++;
            }
        }

        literals[EndOfBlock] = 1;
    }

    private long ExtraBits()
    {
        long bits = 0;
        for (int code = 8; code < 28; code++)
        {
            bits += (long)_literals.Counts[257 + code] * ExtraOf(code, 4);
        }

        for (int code = 4; code < DistanceCodes; code++)
        {
            bits += (long)_distances.Counts[code] * ExtraOf(code, 2);
        }

        return bits;
    }

    // The lengths of both codes in a row, with repetitions as codes 16 to 18; what follows a code stands above bit 8.
    private void FindRuns(int literalCount, int distanceCount)
    {
        int[] counts = _lengths.Counts;
        Array.Clear(counts, 0, counts.Length);
        _runCount = 0;
        int total = literalCount + distanceCount;
        int index = 0;
        while (index < total)
        {
            int length = LengthAt(index, literalCount);
            int run = 1;
            while (index + run < total && LengthAt(index + run, literalCount) == length)
            {
                run++;
            }

            index += run;
            if (length == 0)
            {
                run = AddZeros(run);
            }
            else
            {
                AddRun(length, 0);
                run--;
                while (run >= 3)
                {
                    int part = Math.Min(run, 6);
                    AddRun(16, part - 3);
                    run -= part;
                }
            }

            for (; run > 0; run--)
            {
                AddRun(length, 0);
            }
        }
    }

    private int AddZeros(int run)
    {
        while (run >= 11)
        {
            int part = Math.Min(run, 138);
            AddRun(18, part - 11);
            run -= part;
        }

        if (run >= 3)
        {
            AddRun(17, run - 3);
            run = 0;
        }

        return run;
    }

    private void AddRun(int code, int extra)
    {
        _runs[_runCount++] = code | extra << 8;
        _lengths.Counts[code]++;
    }

    private int LengthAt(int index, int literalCount) =>
        index < literalCount ? _literals.Lengths[index] : _distances.Lengths[index - literalCount];

    private long RunBits() => _lengths.Cost(_lengths.Lengths)
        + (2L * _lengths.Counts[16]) + (3L * _lengths.Counts[17]) + (7L * _lengths.Counts[18]);

    private void WriteRuns()
    {
        for (int index = 0; index < _runCount; index++)
        {
            int code = _runs[index] & 0xFF;
            Put(_lengths.Codes[code], _lengths.Lengths[code]);
            if (code >= 16)
            {
                Put((uint)(_runs[index] >> 8), code == 16 ? 2 : code == 17 ? 3 : 7);
            }
        }
    }

    private void WriteTokens(int[] tokens, int count, HuffmanCode literals, HuffmanCode distances)
    {
        uint[] literalCodes = literals.Codes;
        byte[] literalLengths = literals.Lengths;
        for (int index = 0; index < count; index++)
        {
            int token = tokens[index];
            if (token < 256)
            {
                Put(literalCodes[token], literalLengths[token]);
                continue;
            }

            int length = token >> 16;
            int lengthCode = s_lengthCode[length];
            Put(literalCodes[257 + lengthCode], literalLengths[257 + lengthCode]);
            if (lengthCode is >= 8 and < 28)
            {
                Put((uint)(length - s_lengthBase[lengthCode]), ExtraOf(lengthCode, 4));
            }

            int distance = token & 0xFFFF;
            int distanceCode = DistanceCode(distance);
            Put(distances.Codes[distanceCode], distances.Lengths[distanceCode]);
            if (distanceCode >= 4)
            {
                Put((uint)(distance - s_distanceBase[distanceCode]), ExtraOf(distanceCode, 2));
            }
        }

        Put(literalCodes[EndOfBlock], literalLengths[EndOfBlock]);
    }

    private void WriteStored(byte[] data, int start, int end, bool isFinal)
    {
        do
        {
            int size = Math.Min(end - start, LongestStored);
            WriteStoredHeader(size, isFinal && start + size == end);
            Buffer.BlockCopy(data, start, _output, _position, size);
            _position += size;
            start += size;
        }
        while (start < end);
    }

    private void WriteStoredHeader(int size, bool isFinal)
    {
        Put(isFinal ? 1u : 0u, 3);
        AlignToByte();
        LittleEndian.Put(_output, _position, (ulong)size, 2);
        LittleEndian.Put(_output, _position + 2, (ulong)(ushort)~size, 2);
        _position += 4;
    }

    private void Put(uint value, int count)
    {
        _bits |= (ulong)value << _bitCount;
        _bitCount += count;
        if (_bitCount >= 32)
        {
            byte[] output = _output;
            int at = _position;
            uint low = (uint)_bits;
            output[at + 3] = (byte)(low >> 24);
            output[at + 2] = (byte)(low >> 16);
            output[at + 1] = (byte)(low >> 8);
            output[at] = (byte)low;
            _position = at + 4;
            _bits >>= 32;
            _bitCount -= 32;
        }
    }

    private void AlignToByte()
    {
        while (_bitCount > 0)
        {
            _output[_position++] = (byte)_bits;
            _bits >>= 8;
            _bitCount -= 8;
        }

        _bits = 0;
        _bitCount = 0;
    }
}
