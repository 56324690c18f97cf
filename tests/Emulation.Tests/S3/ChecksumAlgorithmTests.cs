using System;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.S3;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ChecksumAlgorithmTests
{
    private static readonly byte[] s_digits = Encoding.ASCII.GetBytes("123456789");

    public static TheoryData<string> Algorithms => [.. ChecksumAlgorithm.All.Select(each => each.Name)];

    [Theory]
    [InlineData("CRC32", "CBF43926")]
    [InlineData("CRC32C", "E3069283")]
    [InlineData("CRC64NVME", "AE8B14860A799888")]
    [InlineData("SHA1", "F7C3BC1D808E04732ADF679965CCC34CA7AE3441")]
    [InlineData("SHA256", "15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225")]
    public void Checksum_CheckDigits_HasKnownValue(string algorithm, string value) =>
        Assert.Equal(value, Convert.ToHexString(ChecksumAlgorithm.Find(algorithm)!.Of(s_digits)));

    /// <summary>Covers both code paths: short data is processed by byte, longer data in blocks.</summary>
    [Theory]
    [InlineData("CRC32", 0xEDB88320UL, 32)]
    [InlineData("CRC32C", 0x82F63B78UL, 32)]
    [InlineData("CRC64NVME", 0x9A6C9329AC4BC9B5UL, 64)]
    public void Crc_AnyLength_EqualsBitwiseCrc(string algorithm, ulong polynomial, int width)
    {
        byte[] data = new byte[1500];
        new Random(1).NextBytes(data);
        for (int length = 0; length < data.Length; length += length < 200 ? 1 : 37)
        {
            byte[] piece = data[..length];

            Assert.Equal(BitByBit(piece, polynomial, width), ChecksumAlgorithm.Find(algorithm)!.Of(piece));
        }
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("CRC32C")]
    [InlineData("CRC64NVME")]
    public void Combine_TwoParts_EqualsCrcOfWhole(string name)
    {
        ChecksumAlgorithm algorithm = ChecksumAlgorithm.Find(name)!;
        byte[] data = new byte[5000];
        new Random(2).NextBytes(data);
        foreach (int cut in new[] { 0, 1, 8, 63, 2500, 4999, 5000 })
        {
            Assert.Equal(
                algorithm.Of(data),
                algorithm.Combine(algorithm.Of(data[..cut]), algorithm.Of(data[cut..]), data.Length - cut));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Checksum_InPieces_EqualsWhole(string name)
    {
        ChecksumAlgorithm algorithm = ChecksumAlgorithm.Find(name)!;
        byte[] data = new byte[3000];
        new Random(3).NextBytes(data);
        using ChecksumHash hash = algorithm.Start();
        hash.Append(data, 0, 7);
        hash.Append(data, 7, 2000);
        hash.Append(data, 2007, 993);

        Assert.Equal(algorithm.Of(data), hash.Finish());
    }

    private static byte[] BitByBit(byte[] data, ulong polynomial, int width)
    {
        ulong ones = ulong.MaxValue >> (64 - width);
        ulong state = ones;
        foreach (byte b in data)
        {
            state ^= b;
            for (int i = 0; i < 8; i++)
            {
                state = (state & 1) == 1 ? (state >> 1) ^ polynomial : state >> 1;
            }
        }

        byte[] bytes = BitConverter.GetBytes(state ^ ones)[..(width / 8)];
        Array.Reverse(bytes);
        return bytes;
    }
}
