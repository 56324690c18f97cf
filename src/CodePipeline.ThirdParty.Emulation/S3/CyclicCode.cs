using System;
#if NET
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>
/// A cyclic redundancy check of 32 or 64 bits, as S3 uses them: bit-reversed, all ones at start and end.
/// </summary>
internal sealed class CyclicCode
{
    private const int Slices = 8;
#if NET
    private const int SmallestFold = 128;
#endif

    private readonly ulong _polynomial;
    private readonly int _width;
    private readonly ulong[] _table;
#if NET
    private readonly Vector128<ulong> _foldOne;
    private readonly Vector128<ulong> _foldFour;
#endif

    private CyclicCode(ulong polynomial, int width)
    {
        _polynomial = polynomial;
        _width = width;
        _table = Table(polynomial);
#if NET
        _foldOne = FoldBy(128);
        _foldFour = FoldBy(512);
#endif
    }

    internal static CyclicCode Crc32 { get; } = new(0xEDB88320, 32);

    internal static CyclicCode Crc32C { get; } = new(0x82F63B78, 32);

    internal static CyclicCode Crc64Nvme { get; } = new(0x9A6C9329AC4BC9B5, 64);

    /// <summary>The state before the first byte.</summary>
    internal ulong Start => ulong.MaxValue >> (64 - _width);

    internal ulong Append(ulong state, byte[] data, int offset, int count)
    {
        int end = offset + count;
#if NET
        if (Pclmulqdq.IsSupported && count >= SmallestFold)
        {
            state = Fold(state, data.AsSpan(offset, count), out int folded);
            offset += folded;
        }
#endif
        ulong[] table = _table;
        for (; offset <= end - sizeof(ulong); offset += sizeof(ulong))
        {
            // Eight bytes a step. The state of a code of 32 bits has zeros above, which leave later bytes as they are.
            ulong x = state ^ BitConverter.ToUInt64(data, offset);
            state = table[1792 + (int)(x & 255)]
                ^ table[1536 + (int)((x >> 8) & 255)]
                ^ table[1280 + (int)((x >> 16) & 255)]
                ^ table[1024 + (int)((x >> 24) & 255)]
                ^ table[768 + (int)((x >> 32) & 255)]
                ^ table[512 + (int)((x >> 40) & 255)]
                ^ table[256 + (int)((x >> 48) & 255)]
                ^ table[(int)(x >> 56)];
        }

        for (; offset < end; offset++)
        {
            state = (state >> 8) ^ table[(int)((state ^ data[offset]) & 255)];
        }

        return state;
    }

    /// <summary>The code's value, most significant byte first.</summary>
    internal byte[] Finish(ulong state)
    {
        ulong value = state ^ Start;
        byte[] bytes = new byte[_width / 8];
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = (byte)value;
            value >>= 8;
        }

        return bytes;
    }

    /// <summary>The value of two pieces of data in a row, out of the values of each.</summary>
    internal byte[] Combine(byte[] first, byte[] second, long secondLength)
    {
        ulong combined = Multiply(PowerOfX(8 * secondLength), Number(first)) ^ Number(second);
        return Finish(combined ^ Start);
    }

    private static ulong[] Table(ulong polynomial)
    {
        ulong[] table = new ulong[256 * Slices];
        for (int i = 0; i < table.Length; i++)
        {
            ulong value = i < 256 ? (ulong)i : table[i - 256];
            if (i < 256)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ polynomial;
                }
            }
            else
            {
                value = (value >> 8) ^ table[(int)(value & 255)];
            }

            table[i] = value;
        }

        return table;
    }

    private static ulong Number(byte[] bytes)
    {
        ulong number = 0;
        foreach (byte b in bytes)
        {
            number = (number << 8) | b;
        }

        return number;
    }

    /// <summary>x to a power, modulo the polynomial.</summary>
    private ulong PowerOfX(long exponent)
    {
        ulong square = 1UL << (_width - 1 - 1);
        ulong power = 1UL << (_width - 1);
        for (; exponent > 0; exponent >>= 1)
        {
            power = (exponent & 1) == 0 ? power : Multiply(square, power);
            square = Multiply(square, square);
        }

        return power;
    }

    /// <summary>The product of two polynomials, whose highest bit is the lowest power.</summary>
    private ulong Multiply(ulong a, ulong b)
    {
        ulong product = 0;
        for (ulong bit = 1UL << (_width - 1); bit != 0; bit >>= 1)
        {
            product = (a & bit) == 0 ? product : product ^ b;
            b = (b & 1) == 0 ? b >> 1 : (b >> 1) ^ _polynomial;
        }

        return product;
    }

#if NET
    /// <summary>Multiplies 16 bytes so that they count as if they stood so many bits further on.</summary>
    private static Vector128<ulong> Fold(Vector128<ulong> bytes, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(bytes, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(bytes, factors, 0x11);

    /// <remarks>A carry-less product of bit-reversed numbers is one power too high, hence the 1.</remarks>
    private Vector128<ulong> FoldBy(int bits) => Vector128.Create(
        PowerOfX(bits + 64 - 1) << (64 - _width), PowerOfX(bits - 1) << (64 - _width));

    /// <summary>Takes most of the data 64 bytes a step: nothing of it has to wait for the step before.</summary>
    private ulong Fold(ulong state, ReadOnlySpan<byte> data, out int folded)
    {
        ReadOnlySpan<Vector128<ulong>> blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> a = blocks[0] ^ Vector128.CreateScalar(state);
        Vector128<ulong> b = blocks[1];
        Vector128<ulong> c = blocks[2];
        Vector128<ulong> d = blocks[3];
        int i = 4;
        for (; i <= blocks.Length - 4; i += 4)
        {
            a = Fold(a, _foldFour) ^ blocks[i];
            b = Fold(b, _foldFour) ^ blocks[i + 1];
            c = Fold(c, _foldFour) ^ blocks[i + 2];
            d = Fold(d, _foldFour) ^ blocks[i + 3];
        }

        a = Fold(Fold(Fold(a, _foldOne) ^ b, _foldOne) ^ c, _foldOne) ^ d;
        folded = i * Vector128<byte>.Count;

        // What is left is 16 bytes, with the code of all that was folded.
        byte[] rest = new byte[Vector128<byte>.Count];
        a.AsByte().CopyTo(rest);
        return Append(0, rest, 0, rest.Length);
    }
#endif
}
