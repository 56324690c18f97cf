using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Builds malformed and unusual tars.</summary>
internal sealed class TarForge
{
    private readonly List<byte> _tar = new();

    public TarForge Add(
        string name, string content = "", char type = '0', string link = "", int mode = 0x1A4, long? size = null,
        long modified = 1_000_000_000, string magic = "ustar\000") =>
        Add(name, Encoding.UTF8.GetBytes(content), type, link, mode, size, modified, magic);

    public TarForge Add(
        string name, byte[] content, char type = '0', string link = "", int mode = 0x1A4, long? size = null,
        long modified = 1_000_000_000, string magic = "ustar\000")
    {
        byte[] header = new byte[512];
        Put(header, 0, name, 100);
        Put(header, 100, Octal(mode, 7), 8);
        Put(header, 108, Octal(0, 7), 8);
        Put(header, 116, Octal(0, 7), 8);
        Put(header, 124, Octal(size ?? content.Length, 11), 12);
        Put(header, 136, Octal(modified, 11), 12);
        header[156] = type == '\0' ? (byte)0 : (byte)type;
        Put(header, 157, link, 100);
        Put(header, 257, magic, 8);
        SetChecksum(header);
        _tar.AddRange(header);
        _tar.AddRange(content);
        _tar.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    public TarForge AddPax(char type, params (string Key, string Value)[] records)
    {
        StringBuilder text = new();
        foreach ((string key, string value) in records)
        {
            // The length counts its own digits.
            int rest = Encoding.UTF8.GetByteCount(key + value) + 3;
            int length = rest + 1;
            while (length != rest + FormattableString.Invariant($"{length}").Length)
            {
                length = rest + FormattableString.Invariant($"{length}").Length;
            }

            text.Append(FormattableString.Invariant($"{length} {key}={value}\n"));
        }

        return Add("pax", text.ToString(), type);
    }

    /// <summary>Replaces a letter in all names and link targets with a byte.</summary>
    public TarForge Replace(char letter, byte by)
    {
        for (int start = 0; start < _tar.Count; start += 512)
        {
            byte[] header = [.. _tar.Skip(start).Take(512)];
            if (header[257] != 'u')
            {
                continue;
            }

            foreach (int at in Enumerable.Range(0, 100).Concat(Enumerable.Range(157, 100)))
            {
                header[at] = header[at] == letter ? by : header[at];
            }

            Overwrite(start, header);
        }

        return this;
    }

    /// <summary>Changes the header of an entry and updates its checksum.</summary>
    public TarForge Change(int block, int at, string text) => Change(block, at, Encoding.Latin1.GetBytes(text));

    public TarForge Change(int block, int at, byte[] bytes)
    {
        byte[] header = [.. _tar.Skip(block * 512).Take(512)];
        bytes.CopyTo(header, at);
        Overwrite(block * 512, header);
        return this;
    }

    /// <summary>Adds raw blocks.</summary>
    public TarForge AddBlocks(byte[] bytes)
    {
        _tar.AddRange(bytes);
        _tar.AddRange(new byte[(512 - (bytes.Length % 512)) % 512]);
        return this;
    }

    private void Overwrite(int start, byte[] header)
    {
        SetChecksum(header);
        for (int index = 0; index < header.Length; index++)
        {
            _tar[start + index] = header[index];
        }
    }

    /// <summary>Returns all blocks, by default with the two end-of-archive blocks.</summary>
    public byte[] Build(bool end = true) => [.. _tar, .. new byte[end ? 1024 : 0]];

    public string Save(string path, bool end = true)
    {
        File.WriteAllBytes(path, Build(end));
        return path;
    }

    public string SaveGzip(string path)
    {
        File.WriteAllBytes(path, Gzip(Build()));
        return path;
    }

    public static byte[] Gzip(byte[] data)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return packed.ToArray();
    }

    public static void SetChecksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte each in header)
        {
            sum += each;
        }

        Put(header, 148, Octal(sum, 6) + "\0 ", 8);
    }

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] header, int offset, string text, int length)
    {
        byte[] raw = Encoding.UTF8.GetBytes(text);
        Array.Copy(raw, 0, header, offset, Math.Min(raw.Length, length));
    }
}
