using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>An entry of a forged zip. Each field can have a false value.</summary>
internal sealed class ForgedEntry
{
    public byte[] Name { get; set; } = [];

    /// <summary>The name in the local header; by default the name of the entry.</summary>
    public byte[]? LocalName { get; set; }

    public byte[] Data { get; set; } = [];

    public int Method { get; set; } = 8;

    public int Flags { get; set; } = 0x0800;

    public int Host { get; set; } = 3;

    public uint Attributes { get; set; } = 0x81A4u << 16;

    public byte[] Extra { get; set; } = [];

    /// <summary>The extra fields of the local header, which differ from those in the directory.</summary>
    public byte[] LocalExtra { get; set; } = [];

    public byte[] Comment { get; set; } = [];

    public int Date { get; set; } = 0x0021;

    public int Time { get; set; }

    public uint? Crc { get; set; }

    public long? Size { get; set; }

    /// <summary>Shares the header and data of an earlier entry.</summary>
    public int? SameDataAs { get; set; }
}

/// <summary>Builds malformed and unusual zips.</summary>
internal sealed class ZipForge
{
    private readonly List<ForgedEntry> _entries = new();

    /// <summary>Whether only zip64 fields contain the sizes and offsets.</summary>
    public bool IsZip64 { get; init; }

    public ZipForge Add(string name, byte[]? data = null, Action<ForgedEntry>? change = null)
    {
        ForgedEntry entry = new() { Name = Encoding.UTF8.GetBytes(name), Data = data ?? [] };
        if (name.EndsWith('/'))
        {
            entry.Attributes = 0x41EDu << 16;
            entry.Method = 0;
        }

        change?.Invoke(entry);
        _entries.Add(entry);
        return this;
    }

    public ZipForge AddLink(string name, string target) => Add(
        name, Encoding.UTF8.GetBytes(target), entry => entry.Attributes = 0xA1FFu << 16);

    public string Save(string path, byte[]? prefix = null)
    {
        File.WriteAllBytes(path, [.. prefix ?? [], .. Build()]);
        return path;
    }

    public byte[] Build()
    {
        using MemoryStream zip = new();
        using MemoryStream directory = new();
        List<(long Offset, int Packed)> placed = new();
        foreach (ForgedEntry entry in _entries)
        {
            uint crc = entry.Crc ?? (uint)Crc.Crc32.Append(0, entry.Data, 0, entry.Data.Length);
            long size = entry.Size ?? entry.Data.Length;
            if (entry.SameDataAs is int earlier)
            {
                placed.Add(placed[earlier]);
            }
            else
            {
                byte[] packed = entry.Method == 8 ? Deflated(entry.Data) : entry.Data;
                placed.Add((zip.Position, packed.Length));
                byte[] localName = entry.LocalName ?? entry.Name;
                byte[] local = new byte[30];
                LittleEndian.Put(local, 0, 0x04034b50, 4);
                PutCommon(local, 4, entry, crc, packed.Length, size, localName.Length, entry.LocalExtra.Length);
                zip.Write([.. local, .. localName, .. entry.LocalExtra, .. packed]);
            }

            byte[] extra = IsZip64
                ? [.. Zip64Field(size, placed[^1].Packed, placed[^1].Offset), .. entry.Extra]
                : entry.Extra;
            byte[] central = new byte[46];
            LittleEndian.Put(central, 0, 0x02014b50, 4);
            LittleEndian.Put(central, 4, (ulong)(entry.Host << 8) | 20, 2);
            PutCommon(central, 6, entry, crc, placed[^1].Packed, size, entry.Name.Length, extra.Length);
            LittleEndian.Put(central, 32, (ulong)entry.Comment.Length, 2);
            LittleEndian.Put(central, 38, entry.Attributes, 4);
            LittleEndian.Put(central, 42, (ulong)placed[^1].Offset, 4);
            if (IsZip64)
            {
                LittleEndian.Put(central, 20, ulong.MaxValue, 8);
                LittleEndian.Put(central, 42, uint.MaxValue, 4);
            }

            directory.Write([.. central, .. entry.Name, .. extra, .. entry.Comment]);
        }

        byte[] end = new byte[22];
        LittleEndian.Put(end, 0, 0x06054b50, 4);
        LittleEndian.Put(end, 8, (ulong)_entries.Count, 2);
        LittleEndian.Put(end, 10, (ulong)_entries.Count, 2);
        LittleEndian.Put(end, 12, (ulong)directory.Length, 4);
        LittleEndian.Put(end, 16, (ulong)zip.Position, 4);
        byte[] wide = [];
        if (IsZip64)
        {
            wide = Zip64End(zip.Position, directory.Length);
            LittleEndian.Put(end, 8, ulong.MaxValue, 8);
            LittleEndian.Put(end, 16, uint.MaxValue, 4);
        }

        return [.. zip.ToArray(), .. directory.ToArray(), .. wide, .. end];
    }

    private static byte[] Zip64Field(long size, long packed, long offset)
    {
        byte[] field = new byte[28];
        LittleEndian.Put(field, 0, 1, 2);
        LittleEndian.Put(field, 2, 24, 2);
        LittleEndian.Put(field, 4, (ulong)size, 8);
        LittleEndian.Put(field, 12, (ulong)packed, 8);
        LittleEndian.Put(field, 20, (ulong)offset, 8);
        return field;
    }

    // The zip64 end record, followed by its locator.
    private byte[] Zip64End(long offset, long size)
    {
        byte[] end = new byte[56 + 20];
        LittleEndian.Put(end, 0, 0x06064b50, 4);
        LittleEndian.Put(end, 4, 44, 8);
        LittleEndian.Put(end, 24, (ulong)_entries.Count, 8);
        LittleEndian.Put(end, 32, (ulong)_entries.Count, 8);
        LittleEndian.Put(end, 40, (ulong)size, 8);
        LittleEndian.Put(end, 48, (ulong)offset, 8);
        LittleEndian.Put(end, 56, 0x07064b50, 4);
        LittleEndian.Put(end, 64, (ulong)(offset + size), 8);
        LittleEndian.Put(end, 72, 1, 4);
        return end;
    }

    public static byte[] Deflated(byte[] data)
    {
        using MemoryStream packed = new();
        using (DeflateStream deflate = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(data);
        }

        // .NET's DeflateStream writes no output for empty input.
        return data.Length == 0 ? [3, 0] : packed.ToArray();
    }

    private static void PutCommon(
        byte[] header, int offset, ForgedEntry entry, uint crc, long packed, long size, int name, int extra)
    {
        LittleEndian.Put(header, offset, 20, 2);
        LittleEndian.Put(header, offset + 2, (ulong)entry.Flags, 2);
        LittleEndian.Put(header, offset + 4, (ulong)entry.Method, 2);
        LittleEndian.Put(header, offset + 6, (ulong)entry.Time, 2);
        LittleEndian.Put(header, offset + 8, (ulong)entry.Date, 2);
        LittleEndian.Put(header, offset + 10, crc, 4);
        LittleEndian.Put(header, offset + 14, (ulong)packed, 4);
        LittleEndian.Put(header, offset + 18, (ulong)size, 4);
        LittleEndian.Put(header, offset + 22, (ulong)name, 2);
        LittleEndian.Put(header, offset + 24, (ulong)extra, 2);
    }
}
