using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A Huffman code of limited length over a set of symbols.</summary>
internal sealed class HuffmanCode
{
    private readonly int _maxLength;
    private readonly long[] _order;
    private readonly long[] _weights;
    private readonly int[] _parents;
    private readonly int[] _ofLength;
    private readonly uint[] _nextCodes;

    public HuffmanCode(int symbols, int maxLength)
    {
        _maxLength = maxLength;
        Counts = new int[symbols];
        Lengths = new byte[symbols];
        Codes = new uint[symbols];
        _order = new long[symbols];
        _weights = new long[2 * symbols];
        _parents = new int[2 * symbols];
        _ofLength = new int[Math.Max(maxLength, symbols) + 1];
        _nextCodes = new uint[maxLength + 1];
    }

    /// <summary>How often each symbol comes.</summary>
    public int[] Counts { get; }

    /// <summary>The bits of each symbol's code; 0 for one that does not come.</summary>
    public byte[] Lengths { get; }

    /// <summary>The codes, with the first bit lowest, as Deflate writes them.</summary>
    public uint[] Codes { get; }

    /// <summary>The last symbol that comes, plus one.</summary>
    public int UsedCount
    {
        get
        {
            int count = Lengths.Length;
            while (count > 0 && Lengths[count - 1] == 0)
            {
                count--;
            }

            return count;
        }
    }

    /// <summary>The bits that all symbols take together with the lengths of a code.</summary>
    public long Cost(byte[] lengths)
    {
        long bits = 0;
        for (int symbol = 0; symbol < Counts.Length; symbol++)
        {
            bits += (long)Counts[symbol] * lengths[symbol];
        }

        return bits;
    }

    /// <summary>Makes the code for <see cref="Counts"/>.</summary>
    public void Build()
    {
        Array.Clear(Lengths, 0, Lengths.Length);
        int used = 0;
        for (int symbol = 0; symbol < Counts.Length; symbol++)
        {
            if (Counts[symbol] > 0)
            {
                // Ties go by symbol, so that the order is the same everywhere.
                _order[used++] = ((long)Counts[symbol] << 16) | (uint)symbol;
            }
        }

        if (used == 0)
        {
            return;
        }

        if (used == 1)
        {
            Lengths[_order[0] & 0xFFFF] = 1;
            AssignCodes();
            return;
        }

        Array.Sort(_order, 0, used);
        CountLengths(used);
        LimitLengths();

        // The rarest get the longest.
        int next = 0;
        for (int length = _maxLength; length > 0; length--)
        {
            for (int left = _ofLength[length]; left > 0; left--)
            {
                Lengths[_order[next++] & 0xFFFF] = (byte)length;
            }
        }

        AssignCodes();
    }

    /// <summary>Numbers the codes of one length in the order of their symbols.</summary>
    public void AssignCodes()
    {
        Array.Clear(_ofLength, 0, _ofLength.Length);
        foreach (byte length in Lengths)
        {
            _ofLength[length]++;
        }

        _ofLength[0] = 0;
        uint[] next = _nextCodes;
        uint code = 0;
        for (int length = 1; length <= _maxLength; length++)
        {
            code = (code + (uint)_ofLength[length - 1]) << 1;
            next[length] = code;
        }

        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            Codes[symbol] = length == 0 ? 0 : Reverse(next[length]++, length);
        }
    }

    // Two queues, both ascending: the symbols, and the pairs as they are made.
    private void CountLengths(int used)
    {
        for (int leaf = 0; leaf < used; leaf++)
        {
            _weights[leaf] = _order[leaf] >> 16;
        }

        int nextLeaf = 0;
        int nextPair = used;
        int end = (2 * used) - 1;
        for (int made = used; made < end; made++)
        {
            int first = Lighter(ref nextLeaf, ref nextPair, used, made);
            int second = Lighter(ref nextLeaf, ref nextPair, used, made);
            _weights[made] = _weights[first] + _weights[second];
            _parents[first] = made;
            _parents[second] = made;
        }

        // From the top down; a parent always has the higher number. Its depth takes the place of its parent.
        Array.Clear(_ofLength, 0, _ofLength.Length);
        _parents[end - 1] = 0;
        for (int node = end - 2; node >= 0; node--)
        {
            int depth = _parents[_parents[node]] + 1;
            _parents[node] = depth;
            if (node < used)
            {
                _ofLength[depth]++;
            }
        }
    }

    private int Lighter(ref int nextLeaf, ref int nextPair, int used, int made) =>
        nextLeaf < used && (nextPair >= made || _weights[nextLeaf] <= _weights[nextPair]) ? nextLeaf++ : nextPair++;

    // Codes that are too long are cut, and shorter ones lengthened until all fit again.
    private void LimitLengths()
    {
        long room = 1L << _maxLength;
        for (int length = _ofLength.Length - 1; length > _maxLength; length--)
        {
            _ofLength[_maxLength] += _ofLength[length];
            _ofLength[length] = 0;
        }

        long taken = 0;
        for (int length = 1; length <= _maxLength; length++)
        {
            taken += (long)_ofLength[length] << (_maxLength - length);
        }

        while (taken > room)
        {
            int shorter = _maxLength - 1;
            while (_ofLength[shorter] == 0)
            {
                shorter--;
            }

            // One of the longest moves beside one that gets a bit longer: one place less is taken.
            _ofLength[_maxLength]--;
            _ofLength[shorter]--;
            _ofLength[shorter + 1] += 2;
            taken--;
        }
    }

    private static uint Reverse(uint code, int length)
    {
        uint reversed = 0;
        for (int bit = 0; bit < length; bit++)
        {
            reversed = (reversed << 1) | ((code >> bit) & 1);
        }

        return reversed;
    }
}
