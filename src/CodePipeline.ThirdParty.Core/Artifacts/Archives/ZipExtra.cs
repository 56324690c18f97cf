using System;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The relevant extra fields of a directory entry.</summary>
internal struct ZipExtra
{
    private const int Zip64Id = 0x0001;
    private const int NtfsId = 0x000A;
    private const int TimesId = 0x5455;
    private const int OldTimesId = 0x5855;
    private const int UnicodePathId = 0x7075;

    public ulong? Size { get; private set; }

    public ulong? Packed { get; private set; }

    public ulong? Offset { get; private set; }

    public DateTime? Modified { get; private set; }

    public byte[]? UnicodePath { get; private set; }

    /// <summary>Parses the extra fields. Stops at a truncated field, because programs pad them in many ways.</summary>
    /// <param name="extra">The extra fields of an entry.</param>
    /// <param name="rawName">The stored name, which the checksum of a Unicode path field must match.</param>
    /// <param name="needsSize">Whether the zip64 field contains the size.</param>
    /// <param name="needsPacked">Whether the zip64 field contains the compressed size.</param>
    /// <param name="needsOffset">Whether the zip64 field contains the offset of the local header.</param>
    /// <param name="dosYear">The year of the entry's DOS time.</param>
    public static ZipExtra Read(
        byte[] extra, byte[] rawName, bool needsSize, bool needsPacked, bool needsOffset, int dosYear)
    {
        ZipExtra fields = default;
        DateTime? ntfs = null;
        DateTime? old = null;
        int at = 0;
        while (at + 4 <= extra.Length)
        {
            int id = LittleEndian.UInt16(extra, at);
            int length = LittleEndian.UInt16(extra, at + 2);
            at += 4;
            int end = at + length;
            if (end > extra.Length)
            {
                break;
            }

            switch (id)
            {
                case Zip64Id:
                    int value = at;
                    fields.Size = needsSize ? Next(extra, ref value, end) : null;
                    fields.Packed = needsPacked ? Next(extra, ref value, end) : null;
                    fields.Offset = needsOffset ? Next(extra, ref value, end) : null;
                    break;
                case TimesId when length >= 5 && (extra[at] & 1) != 0:
                    fields.Modified = UnixTime(LittleEndian.UInt32(extra, at + 1), dosYear);
                    break;
                case OldTimesId when length >= 8:
                    // The access time comes first. macOS writes only this time field.
                    old = UnixTime(LittleEndian.UInt32(extra, at + 4), dosYear);
                    break;
                case NtfsId when length >= 32 && LittleEndian.UInt16(extra, at + 4) == 1:
                    ntfs = FileTime(LittleEndian.UInt64(extra, at + 8));
                    break;
                case UnicodePathId when length > 5 && extra[at] == 1
                    && LittleEndian.UInt32(extra, at + 1) == Crc.Crc32.Append(0, rawName, 0, rawName.Length):
                    fields.UnicodePath = new byte[length - 5];
                    Buffer.BlockCopy(extra, at + 5, fields.UnicodePath, 0, length - 5);
                    break;
            }

            at = end;
        }

        fields.Modified ??= old ?? ntfs;
        return fields;
    }

    private static ulong? Next(byte[] extra, ref int at, int end)
    {
        if (at + 8 > end)
        {
            return null;
        }

        at += 8;
        return LittleEndian.UInt64(extra, at - 8);
    }

    // The field has 32 bits and is signed. After 2037 programs write it unsigned; the DOS year distinguishes the two.
    private static DateTime UnixTime(uint seconds, int dosYear)
    {
        const int LastSignedYear = 2037;
        return DateTimeOffset.FromUnixTimeSeconds(dosYear > LastSignedYear ? seconds : (int)seconds).UtcDateTime;
    }

    private static DateTime? FileTime(ulong ticks)
    {
        const ulong Latest = 2_650_467_743_999_999_999;
        return ticks is > 0 and <= Latest ? DateTime.FromFileTimeUtc((long)ticks) : null;
    }
}
