using System;
using System.Buffers.Binary;
#if NET
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace CodePipeline.ThirdParty.Checksums;

/// <summary>
/// A cyclic redundancy check as in zip, gzip and S3: bit-reversed, with all ones as initial value and final XOR.
/// </summary>
/// <remarks>
/// No available library has all three polynomials and can combine the checksums of two pieces. Combining checks parts
/// that were moved in parallel, without reading data twice.
/// </remarks>
internal sealed class Crc
{
    private const int Step = 16;
#if NET
    private const int Fold = 64;
#endif

    private readonly ulong _polynomial;
    private readonly ulong _ones;
    private readonly ulong[] _table = new ulong[Step * 256];
#if NET
    // The factors that move 16 bytes forward by 64 or 16 bytes.
    private readonly Vector128<ulong> _by64;
    private readonly Vector128<ulong> _by16;
#endif

    private Crc(int width, ulong polynomial)
    {
        Width = width;
        _polynomial = polynomial;
        _ones = ulong.MaxValue >> (64 - width);
        for (int i = 0; i < 256; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
            }

            _table[i] = value;
        }

        for (int i = 256; i < _table.Length; i++)
        {
            ulong before = _table[i - 256];
            _table[i] = (before >> 8) ^ _table[before & 0xFF];
        }
#if NET
        _by64 = FactorOf(64);
        _by16 = FactorOf(16);
#endif
    }

    /// <summary>The CRC of zip, gzip and S3's CRC32.</summary>
    public static Crc Crc32 => Crc32Table.Code;

    public static Crc Crc32C => Crc32CTable.Code;

    public static Crc Crc64Nvme => Crc64NvmeTable.Code;

    /// <summary>The size of a checksum in bits.</summary>
    public int Width { get; }

    /// <summary>Extends a checksum by more bytes. The checksum of no bytes is 0.</summary>
    public ulong Append(ulong value, byte[] data, int offset, int count)
    {
        ulong[] table = _table;
        ulong register = value ^ _ones;
        int end = offset + count;
#if NET
        if (Pclmulqdq.IsSupported && count >= 2 * Fold)
        {
            register = FoldAll(register, data, ref offset, end);
        }
#endif
        for (; end - offset >= Step; offset += Step)
        {
            register = Reduce16(
                table,
                BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(offset, 8)) ^ register,
                BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(offset + 8, 8)));
        }

        for (; offset < end; offset++)
        {
            register = (register >> 8) ^ table[(register ^ data[offset]) & 0xFF];
        }

        return register ^ _ones;
    }

    /// <summary>The checksum of two consecutive pieces, from the checksum of each.</summary>
    public ulong Combine(ulong first, ulong second, long secondLength)
    {
        // Appending n bytes multiplies by x^(8n) modulo the polynomial; the highest bit is the lowest power.
        ulong factor = 1UL << (Width - 1);
        ulong power = 1UL << (Width - 1 - 8);
        for (long left = secondLength; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                factor = Multiply(factor, power);
            }

            power = Multiply(power, power);
        }

        return Multiply(first, factor) ^ second;
    }

    /// <summary>The bytes of a checksum in S3's order, most significant byte first.</summary>
    public byte[] ToBytes(ulong value)
    {
        byte[] bytes = new byte[Width / 8];
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = (byte)value;
            value >>= 8;
        }

        return bytes;
    }

    /// <summary>The reverse of <see cref="ToBytes"/>.</summary>
    public static ulong FromBytes(byte[] bytes)
    {
        ulong value = 0;
        foreach (byte each in bytes)
        {
            value = (value << 8) | each;
        }

        return value;
    }

    private static ulong Reduce16(ulong[] table, ulong low, ulong high) =>
        table[(15 * 256) + (int)(low & 0xFF)] ^ table[(14 * 256) + (int)((low >> 8) & 0xFF)]
        ^ table[(13 * 256) + (int)((low >> 16) & 0xFF)] ^ table[(12 * 256) + (int)((low >> 24) & 0xFF)]
        ^ table[(11 * 256) + (int)((low >> 32) & 0xFF)] ^ table[(10 * 256) + (int)((low >> 40) & 0xFF)]
        ^ table[(9 * 256) + (int)((low >> 48) & 0xFF)] ^ table[(8 * 256) + (int)(low >> 56)]
        ^ table[(7 * 256) + (int)(high & 0xFF)] ^ table[(6 * 256) + (int)((high >> 8) & 0xFF)]
        ^ table[(5 * 256) + (int)((high >> 16) & 0xFF)] ^ table[(4 * 256) + (int)((high >> 24) & 0xFF)]
        ^ table[(3 * 256) + (int)((high >> 32) & 0xFF)] ^ table[(2 * 256) + (int)((high >> 40) & 0xFF)]
        ^ table[256 + (int)((high >> 48) & 0xFF)] ^ table[(int)(high >> 56)];

#if NET
    /// <summary>
    /// Processes all but the last bytes, 64 at a time, with carry-less multiplication. Each step moves the previous
    /// bytes to the position of the next ones and adds both. The remaining 16 bytes have the same remainder as all
    /// processed bytes; the table reduces them.
    /// </summary>
    private ulong FoldAll(ulong register, byte[] data, ref int offset, int end)
    {
        ReadOnlySpan<byte> left = data.AsSpan(offset, end - offset);
        Vector128<ulong> first = Vector128.Create(register, 0) ^ Load(left);
        Vector128<ulong> second = Load(left[16..]);
        Vector128<ulong> third = Load(left[32..]);
        Vector128<ulong> fourth = Load(left[48..]);
        for (left = left[Fold..]; left.Length >= Fold; left = left[Fold..])
        {
            first = Times(first, _by64) ^ Load(left);
            second = Times(second, _by64) ^ Load(left[16..]);
            third = Times(third, _by64) ^ Load(left[32..]);
            fourth = Times(fourth, _by64) ^ Load(left[48..]);
        }

        offset = end - left.Length;
        Vector128<ulong> sum = Times(Times(Times(first, _by16) ^ second, _by16) ^ third, _by16) ^ fourth;
        return Reduce16(_table, sum.GetElement(0), sum.GetElement(1));
    }

    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes) => Vector128.Create(bytes).AsUInt64();

    private static Vector128<ulong> Times(Vector128<ulong> value, Vector128<ulong> factor) =>
        Pclmulqdq.CarrylessMultiply(value, factor, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, factor, 0x11);

    // The first eight of 16 bytes are eight bytes further from the end. Products of bit-reversed numbers are one power
    // too high.
    private Vector128<ulong> FactorOf(int bytes) => Vector128.Create(
        PowerOf((8 * bytes) + 64 - 1) << (64 - Width), PowerOf((8 * bytes) - 1) << (64 - Width));

    private ulong PowerOf(int exponent)
    {
        ulong power = 1UL << (Width - 1);
        for (int i = 0; i < exponent; i++)
        {
            power = (power & 1) != 0 ? (power >> 1) ^ _polynomial : power >> 1;
        }

        return power;
    }
#endif

    private ulong Multiply(ulong left, ulong right)
    {
        ulong product = 0;
        for (ulong bit = 1UL << (Width - 1); bit != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
            {
                product ^= right;
            }

            right = (right & 1) != 0 ? (right >> 1) ^ _polynomial : right >> 1;
        }

        return product;
    }

    // Nested classes delay the creation of each table to its first use.

    private static class Crc32Table
    {
        public static readonly Crc Code = new(32, 0xEDB88320);
    }

    private static class Crc32CTable
    {
        public static readonly Crc Code = new(32, 0x82F63B78);
    }

    private static class Crc64NvmeTable
    {
        public static readonly Crc Code = new(64, 0x9A6C9329AC4BC9B5);
    }
}
