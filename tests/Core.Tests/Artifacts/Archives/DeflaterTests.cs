using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class DeflaterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(257)]
    [InlineData(32_766)]
    [InlineData(65_536)]
    [InlineData(ZipPacker.PieceSize)]
    public void EveryKindOfData_IsInflatedToTheSame(int length)
    {
        foreach (byte[] data in new[]
        {
            Tree.Text(length), Tree.Noise(length), new byte[length], Runs(length), Cycle(length, 3), Cycle(length, 32_768),
            Cycle(length, 32_769), Skewed(length),
        })
        {
            AssertSame(data, pieces: 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomMixtures_AreInflatedToTheSame(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 60; round++)
        {
            byte[] data = [];
            for (int part = random.Next(1, 5); part > 0; part--)
            {
                int length = random.Next(1, 60_000);
                data = [.. data, .. random.Next(4) switch
                {
                    0 => Tree.Text(length, random.Next()),
                    1 => Tree.Noise(length, random.Next()),
                    2 => Cycle(length, random.Next(1, 40_000)),
                    _ => Skewed(length),
                }];
            }

            AssertSame(data, random.Next(1, 4));
        }
    }

    [Fact]
    public void Text_BecomesNoLargerThanByZlib()
    {
        byte[] text = Tree.Text(400_000);
        byte[] output = new byte[Deflater.MaxOutput(text.Length)];

        int length = new Deflater().Deflate(text, 0, text.Length, isLast: true, output);

        Assert.True(length < ZipForge.Deflated(text).Length * 1.1, $"{length} bytes");
    }

    [Fact]
    public void CodesWithExtremeCounts_AreLimitedAndComplete()
    {
        HuffmanCode code = new(40, 15);
        (int first, int second) = (1, 1);
        for (int symbol = 0; symbol < 40; symbol++)
        {
            code.Counts[symbol] = first;
            (first, second) = (second, Math.Min(first + second, int.MaxValue / 2));
        }

        code.Build();

        Assert.All(code.Lengths, length => Assert.InRange(length, 1, 15));
        Assert.Equal(1.0, code.Lengths.Sum(length => Math.Pow(2, -length)), 12);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Crc_IsTheOneOfTheStandard(string text, uint crc)
    {
        byte[] data = System.Text.Encoding.ASCII.GetBytes(text);

        Assert.Equal(crc, Crc32.Append(0, data, 0, data.Length));
    }

    [Fact]
    public void Crc_OfParts_IsTheOneOfTheWhole()
    {
        byte[] data = Tree.Noise(3000);
        for (int length = 0; length < 700; length++)
        {
            uint slow = Slow(data, 3, length);
            Assert.Equal(slow, Crc32.Append(0, data, 3, length));
            uint first = Crc32.Append(0, data, 3, length / 3);
            Assert.Equal(slow, Crc32.Append(first, data, 3 + (length / 3), length - (length / 3)));
            uint second = Crc32.Append(0, data, 3 + (length / 3), length - (length / 3));
            Assert.Equal(slow, Crc32.Combine(first, second, length - (length / 3)));
        }
    }

    private static void AssertSame(byte[] data, int pieces)
    {
        Deflater deflater = new();
        using MemoryStream packed = new();
        int size = (data.Length / pieces) + 1;
        for (int start = 0, index = 0; index < pieces; index++, start += size)
        {
            int end = index == pieces - 1 ? data.Length : Math.Min(start + size, data.Length);
            byte[] output = new byte[Deflater.MaxOutput(end - start)];
            packed.Write(output, 0, deflater.Deflate(data, start, end, isLast: index == pieces - 1, output));
        }

        packed.Position = 0;
        using DeflateStream inflate = new(packed, CompressionMode.Decompress);
        using MemoryStream back = new();
        inflate.CopyTo(back);
        Assert.True(data.AsSpan().SequenceEqual(back.ToArray()), $"{data.Length} bytes in {pieces} pieces");
    }

    private static uint Slow(byte[] data, int offset, int count)
    {
        uint crc = uint.MaxValue;
        for (int index = offset; index < offset + count; index++)
        {
            crc ^= data[index];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static byte[] Runs(int length) => [.. Enumerable.Range(0, length).Select(index => (byte)(index / 300))];

    private static byte[] Cycle(int length, int period)
    {
        byte[] noise = Tree.Noise(period);
        return [.. Enumerable.Range(0, length).Select(index => noise[index % period])];
    }

    // Few values come often and the rest hardly ever, for codes of the greatest lengths.
    private static byte[] Skewed(int length)
    {
        Random random = new(9);
        return [.. Enumerable.Range(0, length).Select(_ => (byte)(Math.Log2(random.Next(1, int.MaxValue)) * 8))];
    }
}
