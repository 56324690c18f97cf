using System;
using System.Collections.Generic;
using System.IO;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Reads the central directory of a zip, and refuses what cannot be right before a byte is expanded.</summary>
/// <remarks>
/// Ours and not System.IO.Compression's, which in the versions in use checks neither checksums nor overlaps, and shows
/// neither names as they are stored nor time fields to its user; nor SharpZipLib's, which does not show names as they
/// are stored either, and inflates at a fraction of the speed. The packed bytes themselves are for
/// System.IO.Compression's DeflateStream.
/// </remarks>
internal sealed class ZipDirectory
{
    public const uint LocalSignature = 0x04034b50;
    public const uint EndSignature = 0x06054b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const int EndSize = 22;
    private const int LocatorSize = 20;
    private const int Zip64EndSize = 56;
    private const int CentralSize = 46;
    private const int LocalSize = 30;
    private readonly string _archive;
    private readonly ArchiveSource _source;
    private readonly FileWindow _file;
    private long _start;
    private long _size;
    private long _count;
    private long _shift;

    private ZipDirectory(ArchiveSource source, FileWindow file) =>
        (_archive, _source, _file) = (source.Path, source, file);

    /// <summary>In the order of the directory.</summary>
    public List<ZipEntry> Entries { get; } = new();

    /// <summary>What all files will be, as the directory has it; more is never written.</summary>
    public long TotalSize { get; private set; }

    /// <summary>Whether a stream ends like a zip.</summary>
    public static bool HasEndRecord(Stream stream) => FindEnd(stream, out _, out _);

    public static ZipDirectory Read(ArchiveSource source, FileWindow file, ExtractionLimits limits)
    {
        ZipDirectory directory = new(source, file);
        directory.ReadEnd(limits);
        directory.ReadEntries(limits);
        directory.CheckOverlaps();
        return directory;
    }

    /// <summary>Finds an entry's data behind its local header, which has to agree with the directory.</summary>
    public static long FindData(string archive, FileWindow file, ZipEntry entry)
    {
        byte[] header = new byte[LocalSize + entry.RawName.Length];
        file.Open(entry.HeaderOffset, header.Length);
        if (Streams.ReadUpTo(file, header, 0, header.Length) < header.Length
            || LittleEndian.UInt32(header, 0) != LocalSignature)
        {
            throw ArchiveErrors.Damaged(archive, "its header is not where the directory has it", entry.Name);
        }

        bool isSameName = LittleEndian.UInt16(header, 26) == entry.RawName.Length;
        for (int index = 0; isSameName && index < entry.RawName.Length; index++)
        {
            isSameName = header[LocalSize + index] == entry.RawName[index];
        }

        if (!isSameName)
        {
            throw ArchiveErrors.Damaged(archive, "its header has another name than the directory", entry.Name);
        }

        long data = entry.HeaderOffset + header.Length + LittleEndian.UInt16(header, 28);
        if (data + entry.PackedSize > entry.End)
        {
            throw ArchiveErrors.Damaged(archive, "its data lie over those of another entry", entry.Name);
        }

        return data;
    }

    private static bool FindEnd(Stream stream, out long position, out byte[] end)
    {
        // The record stands at the end of the file, with a comment of up to 65,535 bytes behind it.
        long length = stream.Length;
        int tail = (int)Math.Min(length, EndSize + ushort.MaxValue);
        byte[] buffer = new byte[tail];
        stream.Position = length - tail;
        tail = Streams.ReadUpTo(stream, buffer, 0, tail);
        end = new byte[EndSize];
        for (int index = tail - EndSize; index >= 0; index--)
        {
            if (buffer[index] == 'P' && LittleEndian.UInt32(buffer, index) == EndSignature
                && index + EndSize + LittleEndian.UInt16(buffer, index + 20) == tail)
            {
                Buffer.BlockCopy(buffer, index, end, 0, EndSize);
                position = length - tail + index;
                return true;
            }
        }

        position = 0;
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
        byte[] end;
        long position;
        using (Stream tail = _source.OpenRead())
        {
            if (!FindEnd(tail, out position, out end))
            {
                throw ArchiveErrors.Damaged(_archive, "it ends before its directory, or something was added behind it");
            }
        }

        int disk = LittleEndian.UInt16(end, 4);
        int directoryDisk = LittleEndian.UInt16(end, 6);
        _count = LittleEndian.UInt16(end, 10);
        _size = LittleEndian.UInt32(end, 12);
        long offset = LittleEndian.UInt32(end, 16);
        long directoryEnd = position;
        if (_count == ushort.MaxValue || _size == uint.MaxValue || offset == uint.MaxValue || disk == ushort.MaxValue)
        {
            if (FindZip64End(position) is (long at, byte[] wide))
            {
                directoryEnd = at;
                disk = (int)Math.Min(LittleEndian.UInt32(wide, 16), int.MaxValue);
                directoryDisk = (int)Math.Min(LittleEndian.UInt32(wide, 20), int.MaxValue);
                _count = ToLength(LittleEndian.UInt64(wide, 32));
                _size = ToLength(LittleEndian.UInt64(wide, 40));
                offset = ToLength(LittleEndian.UInt64(wide, 48));
            }
        }

        if (disk != 0 || directoryDisk != 0)
        {
            throw ArchiveErrors.Unsupported(
                _archive, null, "it is one part of a zip of several", "Have it made as one file.");
        }

        // Whatever stands before the zip moves every offset.
        _start = directoryEnd - _size;
        _shift = _start - offset;
        if (_start < 0 || _shift < 0)
        {
            throw ArchiveErrors.Damaged(_archive, "its directory is not where its end record has it");
        }

        if (_count > limits.MaxEntries)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"it has {_count:N0} entries", nameof(ExtractionLimits.MaxEntries));
        }

        if (_count > _size / CentralSize)
        {
            throw ArchiveErrors.Damaged(_archive, "its directory is too short for its entries");
        }
    }

    private (long Position, byte[] Record)? FindZip64End(long endPosition)
    {
        byte[] locator = new byte[LocatorSize];
        if (endPosition < LocatorSize + Zip64EndSize)
        {
            return null;
        }

        _file.Open(endPosition - LocatorSize, LocatorSize);
        if (Streams.ReadUpTo(_file, locator, 0, LocatorSize) < LocatorSize
            || LittleEndian.UInt32(locator, 0) != Zip64LocatorSignature)
        {
            return null;
        }

        // Where the locator has it, or, with something before the zip, right before the locator.
        long[] places = [ToLength(LittleEndian.UInt64(locator, 8)), endPosition - LocatorSize - Zip64EndSize];
        foreach (long at in places)
        {
            byte[] record = new byte[Zip64EndSize];
            _file.Open(at, Zip64EndSize);
            if (at + Zip64EndSize <= endPosition - LocatorSize
                && Streams.ReadUpTo(_file, record, 0, Zip64EndSize) == Zip64EndSize
                && LittleEndian.UInt32(record, 0) == Zip64EndSignature)
            {
                return (at, record);
            }
        }

        throw ArchiveErrors.Damaged(_archive, "its zip64 end record is missing");
    }

    private long ToLength(ulong value) => value <= long.MaxValue / 4
        ? (long)value
        : throw ArchiveErrors.Damaged(_archive, "a size or place in it is beyond all files");

    private void ReadEntries(ExtractionLimits limits)
    {
        _file.Open(_start, _size);
        byte[] header = new byte[CentralSize];
        long left = _size;
        for (long index = 0; index < _count; index++)
        {
            if (Streams.ReadUpTo(_file, header, 0, CentralSize) < CentralSize
                || LittleEndian.UInt32(header, 0) != CentralSignature)
            {
                throw ArchiveErrors.Damaged(_archive, "its directory is cut off or altered");
            }

            byte[] name = new byte[LittleEndian.UInt16(header, 28)];
            byte[] extra = new byte[LittleEndian.UInt16(header, 30)];
            int comment = LittleEndian.UInt16(header, 32);
            left -= CentralSize + name.Length + extra.Length + comment;
            if (left < 0 || Streams.ReadUpTo(_file, name, 0, name.Length) < name.Length
                || Streams.ReadUpTo(_file, extra, 0, extra.Length) < extra.Length)
            {
                throw ArchiveErrors.Damaged(_archive, "its directory is cut off or altered");
            }

            _file.Position += comment;
            ZipEntry entry = ReadEntry(header, name, extra);
            Entries.Add(entry);
            TotalSize += entry.Size;
            if (TotalSize > limits.MaxBytes)
            {
                throw ArchiveErrors.TooLarge(
                    _archive, $"it holds more than {limits.MaxBytes:N0} bytes", nameof(ExtractionLimits.MaxBytes));
            }
        }

        if (TotalSize > limits.RatioFloor && TotalSize / limits.MaxRatio > _file.FileLength)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"it would become {TotalSize:N0} bytes, more than {limits.MaxRatio:N0} times its own size",
                nameof(ExtractionLimits.MaxRatio));
        }
    }

    private ZipEntry ReadEntry(byte[] header, byte[] rawName, byte[] extra)
    {
        int host = header[5];
        int flags = LittleEndian.UInt16(header, 8);
        int method = LittleEndian.UInt16(header, 10);
        uint attributes = LittleEndian.UInt32(header, 38);
        ZipExtra fields = ZipExtra.Read(
            extra, rawName,
            needsSize: LittleEndian.UInt32(header, 24) == uint.MaxValue,
            needsPacked: LittleEndian.UInt32(header, 20) == uint.MaxValue,
            needsOffset: LittleEndian.UInt32(header, 42) == uint.MaxValue);
        string name = ZipNames.Decode(rawName, flags, fields.UnicodePath);
        bool isUnix = host is 3 or 19;

        // Makers on Windows that wrote backslashes meant paths; on Unix a backslash is part of a name.
        if (!isUnix && name.IndexOf('/') < 0)
        {
            name = name.Replace('\\', '/');
        }

        ZipEntry entry = new(name, rawName)
        {
            IsDeflated = method == 8,
            Crc = LittleEndian.UInt32(header, 16),
            PackedSize = ToLength(fields.Packed ?? LittleEndian.UInt32(header, 20)),
            Size = ToLength(fields.Size ?? LittleEndian.UInt32(header, 24)),
            HeaderOffset = _shift + ToLength(fields.Offset ?? LittleEndian.UInt32(header, 42)),
            Mode = isUnix ? (int)(attributes >> 16) & 0x1FF : 0,
            Modified = fields.Modified ?? DosTime(LittleEndian.UInt16(header, 14), LittleEndian.UInt16(header, 12)),
        };
        entry.Kind = KindOf(entry, isUnix ? (int)(attributes >> 28) : 0, attributes);
        Check(entry, flags, method);
        return entry;
    }

    private NodeKind KindOf(ZipEntry entry, int unixType, uint attributes)
    {
        const int Regular = 8, Folder = 4, Link = 10;
        bool isFolder = entry.Name.EndsWith("/", StringComparison.Ordinal)
            || (unixType == 0 && (attributes & 0x10) != 0 && entry.Size == 0);
        return unixType switch
        {
            Folder => NodeKind.Folder,
            Link when !isFolder => NodeKind.Link,
            0 or Regular => isFolder ? NodeKind.Folder : NodeKind.File,
            _ => throw ArchiveErrors.Unsafe(_archive, entry.Name, "it is a device, a pipe or a socket"),
        };
    }

    private void Check(ZipEntry entry, int flags, int method)
    {
        const int Encrypted = 0x0001, StronglyEncrypted = 0x0040, Masked = 0x2000, Patched = 0x0020;
        if ((flags & (Encrypted | StronglyEncrypted | Masked)) != 0)
        {
            throw ArchiveErrors.Unsupported(
                _archive, entry.Name, "it is encrypted", "Have the archive made without a password.");
        }

        if (method is not (0 or 8) || (flags & Patched) != 0)
        {
            throw ArchiveErrors.Unsupported(
                _archive, entry.Name, $"its compression ({MethodName(method)}) is not supported",
                "Have the archive made with Deflate, which every zip program has.");
        }

        if (method == 0 && entry.Size != entry.PackedSize)
        {
            throw ArchiveErrors.Damaged(_archive, "it is stored, with two sizes", entry.Name);
        }

        if (entry.Kind == NodeKind.Folder && entry.Size > 0)
        {
            throw ArchiveErrors.Damaged(_archive, "it is a folder with content", entry.Name);
        }

        // Deflate cannot do better than about 1 : 1032, so more is a lie.
        if (entry.Size > (entry.PackedSize * 1040) + 1024)
        {
            throw ArchiveErrors.Damaged(_archive, "its packed bytes cannot become what it promises", entry.Name);
        }
    }

    // The data of entries follow each other. Overlapping ones make a bomb of a small file.
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
                throw ArchiveErrors.Damaged(_archive, "its data lie over those of another entry", entry.Name);
            }

            end = entry.HeaderOffset;
        }
    }

    // Local time of the maker, which nothing tells: taken as ours, as other tools do.
    private static DateTime? DosTime(int date, int time)
    {
        int year = 1980 + (date >> 9);
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
}
