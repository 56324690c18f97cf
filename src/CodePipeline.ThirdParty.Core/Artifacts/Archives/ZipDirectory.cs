using System;
using System.Collections.Generic;
using System.IO;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Reads and validates the central directory of a zip, before anything is expanded.</summary>
/// <remarks>
/// System.IO.Compression's reader, in the supported versions, checks neither checksums nor overlaps, and exposes
/// neither stored names nor extra time fields. SharpZipLib's does not expose stored names either, and its inflater is
/// much slower. System.IO.Compression's DeflateStream decompresses the data.
/// </remarks>
internal sealed class ZipDirectory
{
    public const uint LocalSignature = 0x04034b50;
    public const uint EndSignature = 0x06054b50;

    /// <summary>The signature at the start of a split zip.</summary>
    public const uint SplitSignature = 0x08074b50;

    private const uint CentralSignature = 0x02014b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint DigitalSignature = 0x05054b50;
    private const int EndSize = 22;
    private const int LocatorSize = 20;
    private const int Zip64EndSize = 56;
    private const int CentralSize = 46;
    private const int LocalSize = 30;
    private const int FirstDosYear = 1980;

    // Tools that pad to tar blocks add up to 10 KiB after the end; some downloads append a line or two.
    private const int MaximumTrailingData = 128 * 1024;

    private readonly string _archive;
    private readonly ArchiveSource _source;
    private readonly FileSliceStream _file;
    private long _start;
    private long _size;
    private long _count;
    private bool _isZip64;
    private long _shift;

    private ZipDirectory(ArchiveSource source, FileSliceStream file) =>
        (_archive, _source, _file) = (source.Path, source, file);

    /// <summary>The entries, in the order of the directory.</summary>
    public List<ZipEntry> Entries { get; } = new();

    /// <summary>The declared size of all files, in bytes. Expanding never writes more.</summary>
    public long TotalSize { get; private set; }

    /// <summary>Whether a stream ends with a zip's end record.</summary>
    public static bool HasEndRecord(Stream stream)
    {
        EndRecord end = default;
        return FindEnd(stream, EndSize + ushort.MaxValue, ref end);
    }

    public static ZipDirectory Read(ArchiveSource source, FileSliceStream file, ExtractionLimits limits)
    {
        ZipDirectory directory = new(source, file);
        directory.ReadEnd(limits);
        directory.ReadEntries(limits);
        directory.CheckOverlaps();
        return directory;
    }

    /// <summary>Returns the offset of an entry's data. Verifies that its local header matches the directory.</summary>
    public static long FindData(string archive, FileSliceStream file, ZipEntry entry)
    {
        byte[] header = new byte[LocalSize + entry.RawName.Length];
        file.Open(entry.HeaderOffset, header.Length);
        if (Streams.ReadAtLeast(file, header, 0, header.Length) < header.Length
            || LittleEndian.UInt32(header, 0) != LocalSignature)
        {
            throw ArchiveErrors.Damaged(archive, "its header is not at the offset in the directory", entry.Name);
        }

        bool isSameName = LittleEndian.UInt16(header, 26) == entry.RawName.Length;
        for (int index = 0; isSameName && index < entry.RawName.Length; index++)
        {
            isSameName = IsSame(header[LocalSize + index], entry.RawName[index], entry.IsFromUnix);
        }

        if (!isSameName)
        {
            throw ArchiveErrors.Damaged(
                archive, "its name in the header differs from that in the directory", entry.Name);
        }

        long data = entry.HeaderOffset + header.Length + LittleEndian.UInt16(header, 28);
        if (data + entry.PackedSize > entry.End)
        {
            throw ArchiveErrors.Damaged(archive, "its data overlaps that of another entry", entry.Name);
        }

        return data;
    }

    // Some Windows programs write a backslash in one of the two headers and a slash in the other.
    private static bool IsSame(byte one, byte other, bool isFromUnix) => one == other
        || (!isFromUnix && one is (byte)'/' or (byte)'\\' && other is (byte)'/' or (byte)'\\');

    /// <summary>
    /// Finds the end record of a zip: the last one whose comment reaches the end of the file, else the last one that is
    /// followed by other data.
    /// </summary>
    private static bool FindEnd(Stream stream, out EndRecord end)
    {
        // Search a short tail first: during a download, a longer tail means a longer wait.
        end = default;
        return FindEnd(stream, EndSize + ushort.MaxValue, ref end)
            || end.Bytes is not null
            || FindEnd(stream, EndSize + ushort.MaxValue + MaximumTrailingData, ref end)
            || end.Bytes is not null;
    }

    // Returns whether a record reaches the end of the file. Otherwise keeps the last one that does not.
    private static bool FindEnd(Stream stream, int most, ref EndRecord end)
    {
        long length = stream.Length;
        int tail = (int)Math.Min(length, most);
        byte[] buffer = new byte[tail];
        stream.Position = length - tail;
        tail = Streams.ReadAtLeast(stream, buffer, 0, tail);
        for (int index = tail - EndSize; index >= 0; index--)
        {
            if (buffer[index] != 'P' || LittleEndian.UInt32(buffer, index) != EndSignature)
            {
                continue;
            }

            int behind = tail - index - EndSize - LittleEndian.UInt16(buffer, index + 20);
            if (behind == 0 || (behind > 0 && end.Bytes is null))
            {
                byte[] record = new byte[EndSize];
                Buffer.BlockCopy(buffer, index, record, 0, EndSize);
                end = new EndRecord(length - tail + index, record, IsFollowed: behind > 0);
                if (behind == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string MethodName(int method) => method switch
    {
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "xz",
        99 => "AES encryption",
        _ => "number " + method.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private void ReadEnd(ExtractionLimits limits)
    {
        EndRecord end;
        using (Stream tail = _source.OpenRead())
        {
            if (!FindEnd(tail, out end))
            {
                throw BeginsWith(SplitSignature) ? Split() : ArchiveErrors.Damaged(
                    _archive, "its end record is missing: the file is truncated, or data was appended");
            }
        }

        byte[] plain = end.Bytes;
        long disk = LittleEndian.UInt16(plain, 4);
        long directoryDisk = LittleEndian.UInt16(plain, 6);
        long countHere = LittleEndian.UInt16(plain, 8);
        _count = LittleEndian.UInt16(plain, 10);
        _size = LittleEndian.UInt32(plain, 12);
        long offset = LittleEndian.UInt32(plain, 16);
        long directoryEnd = end.Position;

        // Some programs write a zip64 record without need, with real numbers in the plain record.
        if (FindZip64End(end.Position) is (long at, byte[] wide))
        {
            _isZip64 = true;
            directoryEnd = at;
            disk = LittleEndian.UInt32(wide, 16);
            directoryDisk = LittleEndian.UInt32(wide, 20);
            countHere = ToLength(LittleEndian.UInt64(wide, 24));
            _count = ToLength(LittleEndian.UInt64(wide, 32));
            _size = ToLength(LittleEndian.UInt64(wide, 40));
            offset = ToLength(LittleEndian.UInt64(wide, 48));
            if (!Agrees(LittleEndian.UInt16(plain, 10), _count, ushort.MaxValue)
                || !Agrees(LittleEndian.UInt32(plain, 12), _size, uint.MaxValue)
                || !Agrees(LittleEndian.UInt32(plain, 16), offset, uint.MaxValue))
            {
                throw ArchiveErrors.Damaged(_archive, "its two end records differ");
            }
        }

        if (disk != 0 || directoryDisk != 0)
        {
            throw Split();
        }

        // Data before the zip shifts every offset. With data after it as well, a zip cannot be distinguished from a zip
        // that is stored inside another one.
        _start = directoryEnd - _size;
        _shift = _start - offset;
        if (_start < 0 || _shift < 0 || (_shift > 0 && end.IsFollowed))
        {
            throw ArchiveErrors.Damaged(_archive, "its directory is not at the offset in its end record");
        }

        if (_count > limits.MaxEntries)
        {
            throw ArchiveErrors.TooManyEntries(_archive, limits.MaxEntries);
        }

        if (_count > _size / CentralSize)
        {
            throw ArchiveErrors.Damaged(_archive, "its directory is too short for its entries");
        }

        if (countHere != _count)
        {
            throw ArchiveErrors.Damaged(
                _archive, $"its end record has two counts of entries, {countHere:N0} and {_count:N0}");
        }
    }

    // The plain field defers to the wide one, or contains the low bits of its number.
    private static bool Agrees(long plain, long wide, uint most) => plain == most || plain == (wide & most);

    private (long Position, byte[] Record)? FindZip64End(long endPosition)
    {
        byte[] locator = new byte[LocatorSize];
        if (endPosition < LocatorSize + Zip64EndSize)
        {
            return null;
        }

        _file.Open(endPosition - LocatorSize, LocatorSize);
        if (Streams.ReadAtLeast(_file, locator, 0, LocatorSize) < LocatorSize
            || LittleEndian.UInt32(locator, 0) != Zip64LocatorSignature)
        {
            return null;
        }

        // At the locator's offset or, if data precedes the zip, directly before the locator. It must end at the
        // locator, because other programs search backwards from there.
        long end = endPosition - LocatorSize;
        long[] places = [ToLength(LittleEndian.UInt64(locator, 8)), end - Zip64EndSize];
        foreach (long at in places)
        {
            byte[] record = new byte[Zip64EndSize];
            _file.Open(at, Zip64EndSize);
            if (at + Zip64EndSize <= end
                && Streams.ReadAtLeast(_file, record, 0, Zip64EndSize) == Zip64EndSize
                && LittleEndian.UInt32(record, 0) == Zip64EndSignature
                && (at + Zip64EndSize == end || at + 12 + ToLength(LittleEndian.UInt64(record, 4)) == end))
            {
                return (at, record);
            }
        }

        throw ArchiveErrors.Damaged(_archive, "its zip64 end record is missing");
    }

    private long ToLength(ulong value) => value <= long.MaxValue / 4
        ? (long)value
        : throw ArchiveErrors.Damaged(_archive, "a size or an offset in it is out of range");

    // Reads the whole directory, whatever the count of the end record: it has only 16 bits and may have wrapped.
    private void ReadEntries(ExtractionLimits limits)
    {
        _file.Open(_start, _size);
        byte[] header = new byte[CentralSize];
        long charged = 0;
        for (long left = _size; left > 0;)
        {
            int read = Streams.ReadAtLeast(_file, header, 0, (int)Math.Min(CentralSize, left));
            if (IsDigitalSignature(header, read, left))
            {
                break;
            }

            if (read < CentralSize || LittleEndian.UInt32(header, 0) != CentralSignature)
            {
                throw ArchiveErrors.Damaged(_archive, "its directory is truncated or altered");
            }

            byte[] name = new byte[LittleEndian.UInt16(header, 28)];
            byte[] extra = new byte[LittleEndian.UInt16(header, 30)];
            int comment = LittleEndian.UInt16(header, 32);
            left -= CentralSize + name.Length + extra.Length + comment;
            if (left < 0 || Streams.ReadAtLeast(_file, name, 0, name.Length) < name.Length
                || Streams.ReadAtLeast(_file, extra, 0, extra.Length) < extra.Length)
            {
                throw ArchiveErrors.Damaged(_archive, "its directory is truncated or altered");
            }

            _file.Position += comment;
            if (Entries.Count == limits.MaxEntries)
            {
                throw ArchiveErrors.TooManyEntries(_archive, limits.MaxEntries);
            }

            ZipEntry entry = ReadEntry(header, name, extra);
            Entries.Add(entry);
            TotalSize += entry.Size;
            charged += ExtractionLimits.Charge(entry.Size);
            if (charged > limits.MaxBytes)
            {
                throw ArchiveErrors.TooManyBytes(_archive, limits.MaxBytes);
            }
        }

        long seen = _isZip64 ? Entries.Count : Entries.Count & ushort.MaxValue;
        if (seen != _count)
        {
            throw ArchiveErrors.Damaged(
                _archive, $"its end record counts {_count:N0} entries, but its directory has {Entries.Count:N0}");
        }

        if (Entries.Count == 0 && BeginsWith(LocalSignature))
        {
            throw ArchiveErrors.Damaged(_archive, "it starts with an entry, but its directory is empty");
        }

        if (charged > limits.RatioFloor && charged / limits.MaxRatio > _file.FileLength)
        {
            throw ArchiveErrors.RatioExceeded(_archive, limits.MaxRatio, charged);
        }
    }

    // Old programs end the directory with one. It contains no entries.
    private static bool IsDigitalSignature(byte[] header, int read, long left) =>
        read >= 6 && LittleEndian.UInt32(header, 0) == DigitalSignature && 6 + LittleEndian.UInt16(header, 4) == left;

    private bool BeginsWith(uint signature)
    {
        byte[] start = new byte[4];
        _file.Open(0, start.Length);
        return Streams.ReadAtLeast(_file, start, 0, start.Length) == start.Length
            && LittleEndian.UInt32(start, 0) == signature;
    }

    private ArchiveException Split() => ArchiveErrors.Unsupported(
        _archive, null, "it is one part of a split zip", "Create the archive again as one file.");

    private ZipEntry ReadEntry(byte[] header, byte[] rawName, byte[] extra)
    {
        int host = header[5];
        int flags = LittleEndian.UInt16(header, 8);
        int method = LittleEndian.UInt16(header, 10);
        uint attributes = LittleEndian.UInt32(header, 38);
        int date = LittleEndian.UInt16(header, 14);
        bool needsPacked = LittleEndian.UInt32(header, 20) == uint.MaxValue;
        bool needsSize = LittleEndian.UInt32(header, 24) == uint.MaxValue;
        bool needsOffset = LittleEndian.UInt32(header, 42) == uint.MaxValue;
        ZipExtra fields = ZipExtra.Read(
            extra, rawName, needsSize, needsPacked, needsOffset, dosYear: FirstDosYear + (date >> 9));
        string name = ZipNames.Decode(rawName, flags, fields.UnicodePath);
        bool isUnix = host is 3 or 19;

        // Some Windows programs separate folders with backslashes. On Unix a backslash is part of a name.
        if (!isUnix && name.IndexOf('/') < 0)
        {
            name = name.Replace('\\', '/');
        }

        if ((needsSize && fields.Size is null) || (needsPacked && fields.Packed is null)
            || (needsOffset && fields.Offset is null))
        {
            throw ArchiveErrors.Damaged(_archive, "its zip64 field is missing", name);
        }

        ZipEntry entry = new(name, rawName)
        {
            IsFromUnix = isUnix,
            IsDeflated = method == 8,
            Crc = LittleEndian.UInt32(header, 16),
            PackedSize = ToLength(fields.Packed ?? LittleEndian.UInt32(header, 20)),
            Size = ToLength(fields.Size ?? LittleEndian.UInt32(header, 24)),
            HeaderOffset = _shift + ToLength(fields.Offset ?? LittleEndian.UInt32(header, 42)),
            Mode = isUnix ? (int)(attributes >> 16) & 0x1FF : 0,
            Modified = fields.Modified ?? DosTime(date, LittleEndian.UInt16(header, 12)),
        };
        entry.Kind = KindOf(entry, isUnix ? (int)(attributes >> 28) : 0, isDos: host == 0, attributes);
        if (entry.Kind == NodeKind.Folder && entry.PackedSize == 0)
        {
            // Some programs write the folder's size on disk.
            entry.Size = 0;
        }

        Check(entry, flags, method);
        return entry;
    }

    private NodeKind KindOf(ZipEntry entry, int unixType, bool isDos, uint attributes)
    {
        const int Pipe = 1, Character = 2, Folder = 4, Block = 6, Link = 10, Socket = 12;
        const uint DosFolder = 0x10;
        bool isFolder = entry.Name.EndsWith("/", StringComparison.Ordinal)
            || (isDos && (attributes & DosFolder) != 0 && entry.Size == 0);
        return unixType switch
        {
            Folder => NodeKind.Folder,
            Link when !isFolder => NodeKind.Link,
            Link => throw ArchiveErrors.Unsafe(_archive, entry.Name, "it is a symbolic link with the name of a folder"),
            Character or Block => throw ArchiveErrors.Unsafe(_archive, entry.Name, "it is a device"),
            Socket => throw ArchiveErrors.Unsafe(_archive, entry.Name, "it is a socket"),

            // Content that a zip program read from a pipe has the pipe's mode but is a file.
            Pipe when entry.Size == 0 => throw ArchiveErrors.Unsafe(_archive, entry.Name, "it is a pipe"),

            // Other values have no meaning. Some old programs set all bits.
            _ => isFolder ? NodeKind.Folder : NodeKind.File,
        };
    }

    private void Check(ZipEntry entry, int flags, int method)
    {
        const int Encrypted = 0x0001, StronglyEncrypted = 0x0040, Masked = 0x2000, Patched = 0x0020;
        if ((flags & (Encrypted | StronglyEncrypted | Masked)) != 0)
        {
            throw ArchiveErrors.Unsupported(
                _archive, entry.Name, "it is encrypted", "Create the archive again without a password.");
        }

        if (method is not (0 or 8) || (flags & Patched) != 0)
        {
            throw ArchiveErrors.Unsupported(
                _archive, entry.Name, $"its compression ({MethodName(method)}) is not supported",
                "Create the archive again with Deflate compression.");
        }

        if (method == 0 && entry.Size != entry.PackedSize)
        {
            throw ArchiveErrors.Damaged(_archive, "it is stored uncompressed, but its two sizes differ", entry.Name);
        }

        if (entry.Kind == NodeKind.Folder && entry.Size > 0)
        {
            throw ArchiveErrors.Damaged(_archive, "it is a folder with content", entry.Name);
        }

        // Deflate cannot exceed a ratio of about 1032:1, so a larger declared size is false.
        if (entry.Size > (entry.PackedSize * 1040) + 1024)
        {
            throw ArchiveErrors.Damaged(
                _archive, "its declared size is impossible for its compressed size", entry.Name);
        }
    }

    // Entries must not overlap. Overlapping entries turn a small file into a zip bomb.
    private void CheckOverlaps()
    {
        ZipEntry[] ordered = Entries.ToArray();
        Array.Sort(ordered, static (left, right) => left.HeaderOffset.CompareTo(right.HeaderOffset));
        long end = _start;
        for (int index = ordered.Length - 1; index >= 0; index--)
        {
            ZipEntry entry = ordered[index];
            entry.End = end;
            if (entry.HeaderOffset + LocalSize + entry.RawName.Length + entry.PackedSize > end)
            {
                throw ArchiveErrors.Damaged(_archive, "its data overlaps that of another entry", entry.Name);
            }

            end = entry.HeaderOffset;
        }
    }

    // Zip times have no time zone. Interprets them as local time, like other tools.
    private static DateTime? DosTime(int date, int time)
    {
        int year = FirstDosYear + (date >> 9);
        int month = (date >> 5) & 15;
        int day = date & 31;
        int hour = time >> 11;
        int minute = (time >> 5) & 63;
        int second = (time & 31) * 2;
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        return new DateTime(year, month, day, hour, minute, second, DateTimeKind.Local).ToUniversalTime();
    }

    /// <summary>The end record of a zip.</summary>
    /// <param name="Position">The offset in the file.</param>
    /// <param name="Bytes">The record without its comment.</param>
    /// <param name="IsFollowed">Whether other data follows the record and its comment.</param>
    private readonly record struct EndRecord(long Position, byte[] Bytes, bool IsFollowed);
}
