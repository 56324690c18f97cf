using System;
#if NET
using System.Buffers.Binary;
using System.Numerics;
#endif

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A cyclic redundancy check of 32 or 64 bits, as S3 uses them: bit-reversed, all ones at start and end.</summary>
internal sealed class CyclicCode
{
    private const int Slices = 8;

    private readonly ulong _polynomial;
    private readonly int _width;
    private readonly bool _isHardware;
    private readonly ulong[] _table;

    private CyclicCode(ulong polynomial, int width, bool isHardware = false)
    {
        _polynomial = polynomial;
        _width = width;
        _isHardware = isHardware;
        _table = Table(polynomial);
    }

    internal static CyclicCode Crc32 { get; } = new(0xEDB88320, 32);

    internal static CyclicCode Crc32C { get; } = new(0x82F63B78, 32, isHardware: true);

    internal static CyclicCode Crc64Nvme { get; } = new(0x9A6C9329AC4BC9B5, 64);

    /// <summary>The state before the first byte.</summary>
    internal ulong Start => ulong.MaxValue >> (64 - _width);

    internal ulong Append(ulong state, byte[] data, int offset, int count)
    {
        int end = offset + count;
#if NET
        if (_isHardware)
        {
            uint crc = (uint)state;
            for (; offset <= end - sizeof(ulong); offset += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(offset)));
            }

            state = crc;
        }
#endif
        ulong[] table = _table;
        for (; offset <= end - sizeof(ulong); offset += sizeof(ulong))
        {
            // Eight bytes a step. The state of a code of 32 bits has zeros above, which leave the later bytes as they are.
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
        ulong combined = Multiply(PowerOfX(secondLength), Number(first)) ^ Number(second);
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

    /// <summary>x to the power of the bits of so many bytes, modulo the polynomial.</summary>
    private ulong PowerOfX(long bytes)
    {
        ulong square = 1UL << (_width - 1 - 8);
        ulong power = 1UL << (_width - 1);
        for (; bytes > 0; bytes >>= 1)
        {
            power = (bytes & 1) == 0 ? power : Multiply(square, power);
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
}
