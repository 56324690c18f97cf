using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>Generates zips with false values in any field.</summary>
internal static class ZipMaker
{
    private const double Lie = 0.03;

    public static byte[] Make(Draw draw)
    {
        double share = draw.Chance(0.3) ? 0 : Lie;
        bool zip64 = draw.Chance(0.15);
        using MemoryStream zip = new();
        using MemoryStream directory = new();
        if (draw.Chance(0.1))
        {
            zip.Write(draw.Bytes(draw.Size(300)));
        }

        int count = draw.Between(0, 6);
        long offset = zip.Position;
        byte[] packed = [];
        for (int i = 0; i < count; i++)
        {
            string text = EntryNames.Of(draw);
            byte[] name = draw.Chance(0.1) ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
            bool isLink = draw.Chance(0.15);
            byte[] data =
                text.EndsWith('/') ? [] : isLink ? Encoding.UTF8.GetBytes(EntryNames.Target(draw)) : Content(draw);
            int method = draw.Chance(0.5) && data.Length > 0 ? 8 : 0;
            uint crc = (uint)Crc.Crc32.Append(0, data, 0, data.Length);
            uint mode = isLink ? 0xA1FFu
                : text.EndsWith('/') ? 0x41EDu
                : draw.Pick(new uint[] { 0x81A4, 0x81ED, 0x8FFF, 0x1180, 0, 0x6180 });
            uint attributes = mode << 16;
            if (i == 0 || !draw.Chance(share))
            {
                packed = method == 8 ? Deflated(data) : data;
                offset = zip.Position;
                byte[] local = new byte[30];
                LittleEndian.Put(local, 0, 0x04034b50, 4);
                Common(local, 4, draw, share, method, crc, packed.Length, data.Length, name.Length, 0);
                zip.Write([.. local, .. name, .. packed]);
            }

            byte[] extra = Extra(draw, share, zip64, data.Length, packed.Length, offset);
            byte[] central = new byte[46];
            LittleEndian.Put(central, 0, 0x02014b50, 4);
            LittleEndian.Put(central, 4, (ulong)(draw.Chance(0.8) ? 3 << 8 : draw.Below(20) << 8) | 20, 2);
            Common(central, 6, draw, share, method, crc, packed.Length, data.Length, name.Length, extra.Length);
            if (zip64)
            {
                LittleEndian.Put(central, 20, 0xffffffff, 4);
                LittleEndian.Put(central, 24, 0xffffffff, 4);
            }

            LittleEndian.Put(central, 38, attributes, 4);
            LittleEndian.Put(central, 42, Number(draw, share, offset), 4);
            directory.Write([.. central, .. name, .. extra]);
        }

        long start = zip.Position;
        zip.Write(directory.ToArray());
        if (zip64)
        {
            End64(zip, draw, share, count, directory.Length, start);
        }

        byte[] end = new byte[22];
        LittleEndian.Put(end, 0, 0x06054b50, 4);
        LittleEndian.Put(end, 8, zip64 ? 0xffff : Number(draw, share, count), 2);
        LittleEndian.Put(end, 10, zip64 ? 0xffff : Number(draw, share, count), 2);
        LittleEndian.Put(end, 12, zip64 ? 0xffffffff : Number(draw, share, directory.Length), 4);
        LittleEndian.Put(end, 16, zip64 ? 0xffffffff : Number(draw, share, start), 4);
        zip.Write(end);
        return zip.ToArray();
    }

    private static void End64(MemoryStream zip, Draw draw, double share, int count, long size, long start)
    {
        long at = zip.Position;
        byte[] end = new byte[56];
        LittleEndian.Put(end, 0, 0x06064b50, 4);
        LittleEndian.Put(end, 4, Number(draw, share, 44), 8);
        LittleEndian.Put(end, 12, 45, 2);
        LittleEndian.Put(end, 14, 45, 2);
        LittleEndian.Put(end, 24, Number(draw, share, count), 8);
        LittleEndian.Put(end, 32, Number(draw, share, count), 8);
        LittleEndian.Put(end, 40, Number(draw, share, size), 8);
        LittleEndian.Put(end, 48, Number(draw, share, start), 8);
        byte[] locator = new byte[20];
        LittleEndian.Put(locator, 0, 0x07064b50, 4);
        LittleEndian.Put(locator, 8, Number(draw, share, at), 8);
        LittleEndian.Put(locator, 16, 1, 4);
        zip.Write([.. end, .. locator]);
    }

    private static byte[] Content(Draw draw) => draw.Chance(0.1)
        ? new byte[draw.Below(3_000_000)]
        : Encoding.UTF8.GetBytes(draw.Text(400));

    private static byte[] Deflated(byte[] data)
    {
        using MemoryStream packed = new();
        using (DeflateStream deflate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(data);
        }

        return packed.ToArray();
    }

    private static void Common(
        byte[] header, int at, Draw draw, double share, int method, uint crc, int packed, int size, int name, int extra)
    {
        LittleEndian.Put(header, at, 20, 2);
        LittleEndian.Put(header, at + 2, draw.Chance(share) ? (ulong)draw.Below(65536) : 0x0800, 2);
        LittleEndian.Put(header, at + 4, Number(draw, share / 2, method), 2);
        LittleEndian.Put(header, at + 6, (ulong)draw.Below(65536), 2);
        LittleEndian.Put(header, at + 8, draw.Chance(0.5) ? 0x21u : (ulong)draw.Below(65536), 2);
        LittleEndian.Put(header, at + 10, Number(draw, share, crc), 4);
        LittleEndian.Put(header, at + 14, Number(draw, share, packed), 4);
        LittleEndian.Put(header, at + 18, Number(draw, share, size), 4);
        LittleEndian.Put(header, at + 22, Number(draw, share, name), 2);
        LittleEndian.Put(header, at + 24, Number(draw, share, extra), 2);
    }

    private static byte[] Extra(Draw draw, double share, bool zip64, long size, long packed, long offset)
    {
        using MemoryStream extra = new();
        if (zip64)
        {
            byte[] field = new byte[20];
            LittleEndian.Put(field, 0, 1, 2);
            LittleEndian.Put(field, 2, Number(draw, share, 16), 2);
            LittleEndian.Put(field, 4, Number(draw, share, size), 8);
            LittleEndian.Put(field, 12, Number(draw, share, packed), 8);
            extra.Write(field);
        }

        if (draw.Chance(0.2))
        {
            int length = draw.Size(40);
            byte[] field = new byte[4 + length];
            LittleEndian.Put(field, 0, draw.Pick(new ulong[] { 0x5455, 0x7075, 0x000a, 0x7875, 1, 0x9901 }), 2);
            LittleEndian.Put(field, 2, Number(draw, share * 3, length), 2);
            draw.Bytes(length).CopyTo(field, 4);
            extra.Write(field);
        }

        _ = offset;
        return extra.ToArray();
    }

    private static ulong Number(Draw draw, double share, long value) =>
        !draw.Chance(share) ? (ulong)value : draw.Below(5) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => long.MaxValue,
            3 => (ulong)draw.Below(int.MaxValue),
            _ => (ulong)(value + draw.Between(-3, 3)),
        };
}
