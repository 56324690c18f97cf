using System;
using System.Buffers.Binary;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The cyclic redundancy checks that S3 keeps of objects.</summary>
internal enum CrcKind
{
    Crc32,
    Crc32C,
    Crc64Nvme,
}

/// <summary>
/// A CRC of a part of an object. Parts that were read side by side add up to the CRC of the whole, so that nothing is read twice.
/// </summary>
internal struct ObjectCrc
{
    private readonly CrcTables _tables;
    private ulong _register;

    public ObjectCrc(CrcKind kind)
    {
        _tables = CrcTables.Of(kind);
        _register = _tables.Ones;
        Length = 0;
    }

    private ObjectCrc(CrcTables tables, ulong value, long length)
    {
        _tables = tables;
        _register = value ^ tables.Ones;
        Length = length;
    }

    /// <summary>How many bytes it is of.</summary>
    public long Length { get; private set; }

    /// <summary>The CRC as S3 writes it: big-endian, in Base64.</summary>
    public readonly string Text
    {
        get
        {
            byte[] value = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(value, _register ^ _tables.Ones);
            int size = _tables.Width / 8;
            return Convert.ToBase64String(value, value.Length - size, size);
        }
    }

    /// <summary>Reads what <see cref="Text"/> gives; <see langword="null"/> where the text is no CRC of that kind.</summary>
    public static ObjectCrc? Parse(CrcKind kind, string? text, long length)
    {
        var tables = CrcTables.Of(kind);
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text ?? string.Empty);
        }
        catch (FormatException)
        {
            return null;
        }

        if (bytes.Length != tables.Width / 8)
        {
            return null;
        }

        ulong value = 0;
        foreach (byte each in bytes)
        {
            value = (value << 8) | each;
        }

        return new ObjectCrc(tables, value, length);
    }

    public void Append(byte[] buffer, int count)
    {
        _register = _tables.Update(_register, buffer, count);
        Length += count;
    }

    /// <summary>The CRC of this part and the next one after it.</summary>
    public readonly ObjectCrc Then(ObjectCrc next) => new(
        _tables,
        _tables.Shift(_register ^ _tables.Ones, next.Length) ^ next._register ^ next._tables.Ones,
        Length + next.Length);

    /// <summary>What a CRC is computed with: sixteen bytes at a step, from tables.</summary>
    private sealed class CrcTables
    {
        private const int Step = 16;

        private static readonly Lazy<CrcTables> s_crc32 = new(() => new CrcTables(32, 0xEDB88320));
        private static readonly Lazy<CrcTables> s_crc32C = new(() => new CrcTables(32, 0x82F63B78));
        private static readonly Lazy<CrcTables> s_crc64Nvme = new(() => new CrcTables(64, 0x9A6C9329AC4BC9B5));

        private readonly ulong _polynomial;
        private readonly ulong[] _table = new ulong[Step * 256];

        private CrcTables(int width, ulong polynomial)
        {
            Width = width;
            Ones = width == 64 ? ulong.MaxValue : uint.MaxValue;
            _polynomial = polynomial;
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
        }

        public int Width { get; }

        public ulong Ones { get; }

        public static CrcTables Of(CrcKind kind) => kind switch
        {
            CrcKind.Crc32 => s_crc32.Value,
            CrcKind.Crc32C => s_crc32C.Value,
            _ => s_crc64Nvme.Value,
        };

        public ulong Update(ulong register, byte[] buffer, int count)
        {
            ulong[] table = _table;
            int at = 0;
            for (; count - at >= Step; at += Step)
            {
                ulong low = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at, 8)) ^ register;
                ulong high = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at + 8, 8));
                register =
                    table[(15 * 256) + (int)(low & 0xFF)] ^ table[(14 * 256) + (int)((low >> 8) & 0xFF)]
                    ^ table[(13 * 256) + (int)((low >> 16) & 0xFF)] ^ table[(12 * 256) + (int)((low >> 24) & 0xFF)]
                    ^ table[(11 * 256) + (int)((low >> 32) & 0xFF)] ^ table[(10 * 256) + (int)((low >> 40) & 0xFF)]
                    ^ table[(9 * 256) + (int)((low >> 48) & 0xFF)] ^ table[(8 * 256) + (int)(low >> 56)]
                    ^ table[(7 * 256) + (int)(high & 0xFF)] ^ table[(6 * 256) + (int)((high >> 8) & 0xFF)]
                    ^ table[(5 * 256) + (int)((high >> 16) & 0xFF)] ^ table[(4 * 256) + (int)((high >> 24) & 0xFF)]
                    ^ table[(3 * 256) + (int)((high >> 32) & 0xFF)] ^ table[(2 * 256) + (int)((high >> 40) & 0xFF)]
                    ^ table[256 + (int)((high >> 48) & 0xFF)] ^ table[(int)(high >> 56)];
            }

            for (; at < count; at++)
            {
                register = (register >> 8) ^ table[(register ^ buffer[at]) & 0xFF];
            }

            return register;
        }

        /// <summary>The CRC's share in that of something with so many bytes after it: times x to the 8·length, modulo.</summary>
        public ulong Shift(ulong crc, long length)
        {
            ulong power = 1UL << (Width - 2); // x, reflected: the highest bit is x to the 0
            ulong factor = 1UL << (Width - 1);
            for (long bits = checked(length * 8); bits != 0; bits >>= 1)
            {
                if ((bits & 1) != 0)
                {
                    factor = Multiply(factor, power);
                }

                power = Multiply(power, power);
            }

            return Multiply(crc, factor);
        }

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
    }
}
