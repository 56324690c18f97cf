using System;
using System.Collections.Generic;
using System.Text;
using CodePipeline.ThirdParty.Checksums;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Checksums;

public sealed class CrcTests
{
    private static readonly Dictionary<string, (Crc Code, ulong Polynomial)> s_codes = new()
    {
        ["CRC32"] = (Crc.Crc32, 0xEDB88320),
        ["CRC32C"] = (Crc.Crc32C, 0x82F63B78),
        ["CRC64NVME"] = (Crc.Crc64Nvme, 0x9A6C9329AC4BC9B5),
    };

    public static TheoryData<string> Names => [.. s_codes.Keys];

    [Theory]
    [InlineData("CRC32", "CBF43926")]
    [InlineData("CRC32C", "E3069283")]
    [InlineData("CRC64NVME", "AE8B14860A799888")]
    public void Append_CheckDigits_ReturnsKnownValue(string name, string value)
    {
        byte[] digits = Encoding.ASCII.GetBytes("123456789");
        Crc code = s_codes[name].Code;

        byte[] bytes = code.ToBytes(code.Append(0, digits, 0, digits.Length));

        Assert.Equal(value, Convert.ToHexString(bytes));
        Assert.Equal(code.Append(0, digits, 0, digits.Length), Crc.FromBytes(bytes));
    }

    /// <summary>The code processes short pieces byte by byte and longer ones in steps of 16.</summary>

    [Theory]
    [MemberData(nameof(Names))]
    public void Append_AnyLength_MatchesBitwiseValue(string name)
    {
        (Crc code, ulong polynomial) = s_codes[name];
        byte[] data = Data(700);
        for (int length = 0; length < 600; length++)
        {
            Assert.Equal(BitByBit(data, 3, length, polynomial, code.Width), code.Append(0, data, 3, length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Combine_TwoPieces_MatchesWhole(string name)
    {
        Crc code = s_codes[name].Code;
        byte[] data = Data(5000);
        ulong whole = code.Append(0, data, 0, data.Length);
        foreach (int cut in new[] { 0, 1, 15, 16, 63, 2500, 4999, 5000 })
        {
            ulong first = code.Append(0, data, 0, cut);

            Assert.Equal(whole, code.Append(first, data, cut, data.Length - cut));
            Assert.Equal(whole, code.Combine(first, code.Append(0, data, cut, data.Length - cut), data.Length - cut));
        }
    }

    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        new Random(1).NextBytes(data);
        return data;
    }

    private static ulong BitByBit(byte[] data, int offset, int count, ulong polynomial, int width)
    {
        ulong ones = ulong.MaxValue >> (64 - width);
        ulong register = ones;
        foreach (byte each in data.AsSpan(offset, count))
        {
            register ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 1) == 1 ? (register >> 1) ^ polynomial : register >> 1;
            }
        }

        return register ^ ones;
    }
}
