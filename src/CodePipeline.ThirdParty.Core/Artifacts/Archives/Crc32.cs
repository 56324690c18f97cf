using System;
#if NET
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The checksum of zip and gzip (CRC-32, polynomial 0x04C11DB7 reflected).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 16;
    private static readonly uint[] s_table = MakeTable();

    /// <summary>Goes on from the checksum of what came before; 0 at the start.</summary>
    public static uint Append(uint crc, byte[] data, int offset, int count)
    {
        uint state = ~crc;
        int index = offset;
        int end = offset + count;
#if NET
        if (Pclmulqdq.IsSupported && Sse41.IsSupported && end - index >= 64)
        {
            int folded = (end - index) & ~15;
            state = Fold(state, new ReadOnlySpan<byte>(data, index, folded));
            index += folded;
        }
#endif
        uint[] table = s_table;
        while (end - index >= Slices)
        {
            uint next = 0;
            uint first = state ^ (uint)(data[index] | data[index + 1] << 8 | data[index + 2] << 16 | data[index + 3] << 24);
            next ^= table[(15 << 8) + (int)(first & 0xFF)] ^ table[(14 << 8) + (int)((first >> 8) & 0xFF)]
                ^ table[(13 << 8) + (int)((first >> 16) & 0xFF)] ^ table[(12 << 8) + (int)(first >> 24)];
            for (int slice = 4; slice < Slices; slice++)
            {
                next ^= table[((15 - slice) << 8) + data[index + slice]];
            }

            state = next;
            index += Slices;
        }

        while (index < end)
        {
            state = (state >> 8) ^ table[(int)((state ^ data[index++]) & 0xFF)];
        }

        return ~state;
    }

    /// <summary>The checksum of two pieces one after the other, from the checksums of each.</summary>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        // Appending n bytes multiplies by x^(8n) modulo the polynomial.
        uint factor = 1u << 31;
        uint power = 1u << 23;
        for (long left = secondLength; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                factor = Multiply(factor, power);
            }

            power = Multiply(power, power);
        }

        return Multiply(factor, first) ^ second;
    }

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (uint bit = 1u << 31; bit != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
            {
                product ^= right;
            }

            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }

        return product;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[Slices * 256];
        for (uint index = 0; index < 256; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            }

            table[index] = value;
        }

        for (int index = 256; index < table.Length; index++)
        {
            uint before = table[index - 256];
            table[index] = (before >> 8) ^ table[before & 0xFF];
        }

        return table;
    }

#if NET
    // Folds by carry-less multiplication: 64 bytes a step while they last, then 16, then 128 bits to 32 by Barrett.
    private static uint Fold(uint state, ReadOnlySpan<byte> data)
    {
        Vector128<ulong> by4 = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
        Vector128<ulong> by1 = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);
        Vector128<ulong> a = At(data, 0) ^ Vector128.CreateScalar(state).AsUInt64();
        Vector128<ulong> b = At(data, 16);
        Vector128<ulong> c = At(data, 32);
        Vector128<ulong> d = At(data, 48);
        int index = 64;
        for (; data.Length - index >= 64; index += 64)
        {
            a = Step(a, by4) ^ At(data, index);
            b = Step(b, by4) ^ At(data, index + 16);
            c = Step(c, by4) ^ At(data, index + 32);
            d = Step(d, by4) ^ At(data, index + 48);
        }

        a = Step(a, by1) ^ b;
        a = Step(a, by1) ^ c;
        a = Step(a, by1) ^ d;
        for (; data.Length - index >= 16; index += 16)
        {
            a = Step(a, by1) ^ At(data, index);
        }

        // 128 bits to 64.
        Vector128<ulong> low32 = Vector128.Create(0xFFFFFFFFUL, 0UL);
        a = Sse2.ShiftRightLogical128BitLane(a, 8) ^ Pclmulqdq.CarrylessMultiply(a, by1, 0x10);
        a = Pclmulqdq.CarrylessMultiply(a & low32, Vector128.CreateScalar(0x0163cd6124UL), 0x00)
            ^ Sse2.ShiftRightLogical128BitLane(a, 4);

        // 64 bits to 32.
        Vector128<ulong> barrett = Vector128.Create(0x01db710641UL, 0x01f7011641UL);
        Vector128<ulong> quotient = Pclmulqdq.CarrylessMultiply(a & low32, barrett, 0x10) & low32;
        a ^= Pclmulqdq.CarrylessMultiply(quotient, barrett, 0x00);
        return a.AsUInt32().GetElement(1);
    }

    private static Vector128<ulong> Step(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    private static Vector128<ulong> At(ReadOnlySpan<byte> data, int index) =>
        Vector128.Create<byte>(data.Slice(index, 16)).AsUInt64();
#endif
}
