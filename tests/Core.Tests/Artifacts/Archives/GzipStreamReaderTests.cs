using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Checksums;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests gzip files with all header fields.</summary>
public sealed class GzipStreamReaderTests
{
    private static readonly byte[] s_text = Tree.Text(50_000);

    public static IEnumerable<object[]> AllFlags => Enumerable.Range(0, 32).Select(flags => new object[] { flags });

    [Theory]
    [MemberData(nameof(AllFlags))]
    public void Read_HeaderWithAnyFields_Succeeds(int flags) => Assert.Equal(s_text, Read(Member(flags, s_text)));

    [Fact]
    public void Read_WrongHeaderChecksum_Fails()
    {
        byte[] gzip = Member(2, s_text);
        gzip[10] ^= 1;

        Assert.Throws<InvalidDataException>(() => Read(gzip));
    }

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x40)]
    [InlineData(0x80)]
    public void Read_UnknownFlags_Fails(int flag)
    {
        byte[] gzip = Member(0, s_text);
        gzip[3] = (byte)flag;

        Assert.Throws<InvalidDataException>(() => Read(gzip));
    }

    // Each byte of the checksum and the length.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    public void Read_WrongTrailer_Fails(int fromEnd)
    {
        byte[] gzip = Member(0, s_text);
        gzip[^fromEnd] ^= 1;

        Assert.Throws<InvalidDataException>(() => Read(gzip));
    }

    [Fact]
    public void Read_AnyTruncation_Fails()
    {
        byte[] gzip = [.. Member(31, "first"u8.ToArray()), .. Member(31, "second"u8.ToArray())];
        int first = Member(31, "first"u8.ToArray()).Length;
        for (int length = 0; length < gzip.Length; length++)
        {
            // Truncating after a member, or one byte later, leaves a valid file.
            if (length != first && length != first + 1)
            {
                Assert.ThrowsAny<EndOfStreamException>(() => Read(gzip[..length]));
            }
        }
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x1F })]
    [InlineData(new byte[] { 0x1F, 0x8C, 8 })]
    public void Read_DataAfterLastMember_IsIgnored(byte[] rest)
    {
        byte[] empty = Member(0, []);

        Assert.Equal(
            [.. s_text, .. s_text], Read([.. Member(0, s_text), .. empty, .. empty, .. Member(8, s_text), .. rest]));
    }

    [Fact]
    public void Read_InvalidMember_Fails() =>
        Assert.Throws<InvalidDataException>(() => Read([.. Member(0, s_text), 0x1F, 0x8B, 7, 0, 0, 0, 0, 0, 0, 0]));

    // With reads of a few bytes, so that each field spans two reads once.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Read_SmallReads_Succeed(int piece) =>
        Assert.Equal([.. s_text, .. s_text], Read([.. Member(31, s_text), .. Member(31, s_text)], piece));

    private static byte[] Read(byte[] gzip, int piece = int.MaxValue)
    {
        using GzipStreamReader content = new(new Slow(gzip, piece));
        using MemoryStream all = new();
        content.CopyTo(all);
        return all.ToArray();
    }

    private static byte[] Member(int flags, byte[] data)
    {
        List<byte> gzip = [0x1F, 0x8B, 8, (byte)flags, 1, 2, 3, 4, 0, 3];
        if ((flags & 4) != 0)
        {
            gzip.AddRange([5, 0, 1, 2, 3, 4, 5]);
        }

        gzip.AddRange((flags & 8) != 0 ? "name\0"u8.ToArray() : []);
        gzip.AddRange((flags & 16) != 0 ? "comment\0"u8.ToArray() : []);
        if ((flags & 2) != 0)
        {
            uint crc = (uint)Crc.Crc32.Append(0, gzip.ToArray(), 0, gzip.Count);
            gzip.AddRange([(byte)crc, (byte)(crc >> 8)]);
        }

        gzip.AddRange(ZipForge.Deflated(data));
        byte[] trailer = new byte[8];
        LittleEndian.Put(trailer, 0, Crc.Crc32.Append(0, data, 0, data.Length), 4);
        LittleEndian.Put(trailer, 4, (ulong)data.Length, 4);
        return [.. gzip, .. trailer];
    }

    private sealed class Slow(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, piece));
    }
}
