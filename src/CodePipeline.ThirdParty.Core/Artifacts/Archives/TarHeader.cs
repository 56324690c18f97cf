using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>A header block of a tar, in ustar, GNU or V7 format.</summary>
/// <remarks>
/// System.Formats.Tar is missing on .NET Framework. SharpZipLib reads only the path from extended headers, and would
/// lose long link targets and exact times.
/// </remarks>
internal readonly struct TarHeader
{
    public const int Size = 512;
    private const int NameLength = 100;
    private const int ModeAt = 100;
    private const int SizeAt = 124;
    private const int TimeAt = 136;
    private const int ChecksumAt = 148;
    private const int TypeAt = 156;
    private const int LinkAt = 157;
    private const int MagicAt = 257;
    private const int PrefixAt = 345;

    private TarHeader(byte[] block, long size)
    {
        Type = block[TypeAt] == 0 ? '0' : (char)block[TypeAt];
        ContentSize = size;
        Mode = (int)((Number(block, ModeAt, 8) ?? 0) & 0x1FF);
        Modified = Number(block, TimeAt, 12) ?? 0;
        Link = Text(block, LinkAt, NameLength);
        string name = Text(block, 0, NameLength);
        string prefix = HasPrefix(block) ? Text(block, PrefixAt, HasStarTail(block) ? 131 : 155) : string.Empty;
        Name = prefix.Length > 0 ? prefix + "/" + name : name;
    }

    public string Name { get; }

    public string Link { get; }

    public char Type { get; }

    public int Mode { get; }

    public long ContentSize { get; }

    /// <summary>Seconds since 1970.</summary>
    public long Modified { get; }

    /// <summary>Whether a block has a valid header checksum.</summary>
    public static bool IsHeader(byte[] block)
    {
        // A block of zeros is not a header: the checksum field counts as spaces, so the sum is not 0.
        if (Number(block, ChecksumAt, 8) is not long stated)
        {
            return false;
        }

        long unsigned = 8 * ' ';
        long signed = 8 * ' ';
        for (int index = 0; index < Size; index++)
        {
            if (index is < ChecksumAt or >= ChecksumAt + 8)
            {
                unsigned += block[index];
                signed += (sbyte)block[index];
            }
        }

        return stated == unsigned || stated == signed;
    }

    /// <summary>
    /// Parses a block with a valid checksum. Returns <see langword="null"/> if the size is invalid.
    /// </summary>
    public static TarHeader? Read(byte[] block) =>
        Number(block, SizeAt, 12) is long size and >= 0 and <= long.MaxValue - Size ? new TarHeader(block, size) : null;

    /// <summary>Decodes a NUL-terminated name.</summary>
    public static string Text(byte[] data, int offset, int length)
    {
        int end = Array.IndexOf(data, (byte)0, offset, length);
        byte[] raw = new byte[(end < 0 ? offset + length : end) - offset];
        Buffer.BlockCopy(data, offset, raw, 0, raw.Length);
        return TarText.Decode(raw);
    }

    /// <summary>Whether star wrote the block. Its fields differ from those of GNU tar.</summary>
    public static bool IsOfStar(byte[] block) => HasStarTail(block);

    /// <summary>
    /// Parses octal digits or, if the top bit is set, a binary number. Returns <see langword="null"/> if neither is
    /// valid.
    /// </summary>
    public static long? Number(byte[] block, int offset, int length)
    {
        if ((block[offset] & 0x80) != 0)
        {
            return Binary(block, offset, length);
        }

        long value = 0;
        int index = offset;
        int end = offset + length;

        // Some programs pad with leading NULs, others with spaces.
        while (index < end && block[index] is 0 or (byte)' ')
        {
            index++;
        }

        for (; index < end && block[index] is >= (byte)'0' and <= (byte)'7'; index++)
        {
            value = (value << 3) | (uint)(block[index] - '0');
        }

        for (; index < end; index++)
        {
            if (block[index] is not (0 or (byte)' '))
            {
                return null;
            }
        }

        return value;
    }

    private static bool HasPrefix(byte[] block) =>
        block[MagicAt] == 'u' && block[MagicAt + 1] == 's' && block[MagicAt + 2] == 't' && block[MagicAt + 3] == 'a'
        && block[MagicAt + 4] == 'r' && block[MagicAt + 5] == 0;

    private static bool HasStarTail(byte[] block) =>
        block[508] == 't' && block[509] == 'a' && block[510] == 'r' && block[511] == 0;

    private static long? Binary(byte[] block, int offset, int length)
    {
        bool isNegative = (block[offset] & 0x40) != 0;
        long value = isNegative ? -1 : 0;
        for (int index = 0; index < length; index++)
        {
            int each = index == 0 ? (block[offset] & 0x7F) | (isNegative ? 0x80 : 0) : block[offset + index];
            long next = (value << 8) | (uint)each;
            if (next >> 8 != value)
            {
                return null;
            }

            value = next;
        }

        return value;
    }
}
