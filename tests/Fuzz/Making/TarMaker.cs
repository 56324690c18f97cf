using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Text;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>Generates tars with false values in any field, some of them compressed with gzip.</summary>
internal static class TarMaker
{
    private const int Block = 512;

    public static byte[] Make(Draw draw)
    {
        double share = draw.Chance(0.3) ? 0 : 0.04;
        using MemoryStream tar = new();
        for (int count = draw.Between(0, 6); count > 0; count--)
        {
            if (draw.Chance(0.2))
            {
                Pax(tar, draw, share);
            }

            if (draw.Chance(0.1))
            {
                byte[] name = Encoding.UTF8.GetBytes(
                    EntryNames.Of(draw) + (draw.Chance(0.3) ? new string('n', draw.Size(3000)) : string.Empty) + "\0");
                Entry(tar, draw, share, "././@LongLink", name, draw.Chance(0.5) ? 'L' : 'K', string.Empty);
            }

            char type = draw.Chance(0.6)
                ? '0'
                : draw.Pick(new[] { '5', '2', '1', '7', '3', '4', '6', 'S', 'V', 'g', 'x', '\0', 'Z', '\n' });
            byte[] data = type is '0' or '7' or '\0'
                ? (draw.Chance(0.05) ? new byte[draw.Below(2_000_000)] : Encoding.UTF8.GetBytes(draw.Text(1500)))
                : [];
            Entry(tar, draw, share, EntryNames.Of(draw), data, type, EntryNames.Target(draw));
        }

        tar.Write(new byte[draw.Chance(share) ? Block : 2 * Block]);
        byte[] whole = tar.ToArray();
        return draw.Chance(0.25) ? Gzip(whole) : whole;
    }

    /// <summary>Corrects the checksums of header-like blocks, so that mutations are not rejected by them.</summary>
    public static byte[] Mend(byte[] tar)
    {
        byte[] mended = (byte[])tar.Clone();
        for (int at = 0; at + Block <= mended.Length; at += Block)
        {
            if (mended[at] != 0 && Array.IndexOf(mended, (byte)'u', at + 257, 1) >= 0)
            {
                SetChecksum(mended.AsSpan(at, Block));
            }
        }

        return mended;
    }

    private static void Pax(MemoryStream tar, Draw draw, double share)
    {
        var text = new StringBuilder();
        for (int records = draw.Between(1, 3); records > 0; records--)
        {
            string key = draw.Pick(new[] { "path", "linkpath", "size", "mtime", "uid", "GNU.sparse.major", "" });
            string record = key + "=" + draw.Below(4) switch
            {
                0 => draw.Number(),
                1 => EntryNames.Of(draw),
                2 => "1000000000.123456789",
                _ => draw.Text(200),
            };
            int rest = Encoding.UTF8.GetByteCount(record) + 2;
            int length = rest + 1;
            while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            {
                length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
            }

            text.Append(draw.Chance(share) ? draw.Number() : length.ToString(CultureInfo.InvariantCulture))
                .Append(' ')
                .Append(record)
                .Append('\n');
        }

        Entry(
            tar, draw, share, "pax", Encoding.UTF8.GetBytes(text.ToString()), draw.Chance(0.8) ? 'x' : 'g',
            string.Empty);
    }

    private static void Entry(
        MemoryStream tar, Draw draw, double share, string name, byte[] data, char type, string link)
    {
        byte[] header = new byte[Block];
        Put(header, 0, name, 100);
        Put(header, 100, Octal(draw, share, draw.Below(4096), 7), 8);
        Put(header, 124, Octal(draw, share, data.Length, 11), 12);
        Put(header, 136, Octal(draw, share, draw.Below(int.MaxValue), 11), 12);
        if (draw.Chance(share))
        {
            // A binary number, as in GNU tar.
            draw.Bytes(12).CopyTo(header, 124);
            header[124] = draw.Chance(0.5) ? (byte)0x80 : (byte)0xff;
        }

        header[156] = (byte)type;
        Put(header, 157, type is '1' or '2' ? link : string.Empty, 100);
        Put(header, 257, draw.Chance(0.8) ? "ustar\000" : "ustar  \0", 8);
        if (draw.Chance(0.1))
        {
            Put(header, 345, EntryNames.Of(draw), 155);
        }

        if (!draw.Chance(share / 3))
        {
            SetChecksum(header);
        }

        tar.Write(header);
        tar.Write(data);
        tar.Write(new byte[(Block - (data.Length % Block)) % Block]);
    }

    private static void SetChecksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte each in header)
        {
            sum += each;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }

    private static string Octal(Draw draw, double share, long value, int digits) => draw.Chance(share)
        ? draw.Pick(new[] { "77777777777", "-1", "", "        ", "9", "7777777777777777", "0x10" })
        : Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] header, int at, string text, int length)
    {
        byte[] raw = Encoding.UTF8.GetBytes(text);
        Array.Copy(raw, 0, header, at, Math.Min(raw.Length, length));
    }

    private static byte[] Gzip(byte[] data)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return packed.ToArray();
    }
}
