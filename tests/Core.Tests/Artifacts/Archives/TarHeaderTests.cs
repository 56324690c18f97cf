using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>The fields of a tar's headers, in each of the forms that they have had.</summary>
public sealed class TarHeaderTests : ExtractionTest
{
    private const int SizeAt = 124;
    private const int PrefixAt = 345;

    // The end of the header holds a part of the prefix, or, with star's mark, times.
    [Theory]
    [InlineData("ustar\000", false, "folder/sub/file")]
    [InlineData("ustar\000", true, "folder/sub/file")]
    [InlineData("ustar  \0", false, "file")]
    [InlineData("", false, "file")]
    [InlineData("ustas\000", false, "file")]
    public async Task Prefix_IsPartOfTheName_InUstarAlone(string magic, bool isStar, string expected)
    {
        Save(new TarForge().Add("file", "x", magic: magic).Build(), header =>
        {
            Encoding.ASCII.GetBytes("folder/sub").CopyTo(header, PrefixAt);
            if (isStar)
            {
                Encoding.ASCII.GetBytes("no part of it").CopyTo(header, PrefixAt + 131);
                Encoding.ASCII.GetBytes("tar\0").CopyTo(header, 508);
            }
        });

        await ExtractAsync();

        Assert.Equal("x", Read(expected));
    }

    [Fact]
    public async Task PrefixOf155Bytes_IsWhole()
    {
        string folder = new('d', 155);
        Save(
            new TarForge().Add("file", "x").Build(),
            header => Encoding.ASCII.GetBytes(folder).CopyTo(header, PrefixAt));

        await ExtractAsync();

        Assert.Equal("x", Read(folder + "/file"));
    }

    [Theory]
    [InlineData("  1")]
    [InlineData("0000001 ")]
    [InlineData("1\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("00000000001\0")]
    public async Task OctalNumber_IsRead_HoweverItIsFilledUp(string field)
    {
        Save(new TarForge().Add("file", "x").Build(), header =>
        {
            Array.Clear(header, SizeAt, 12);
            Encoding.ASCII.GetBytes(field).CopyTo(header, SizeAt);
        });

        await ExtractAsync();

        Assert.Equal("x", Read("file"));
    }

    // Letters; digits that are none; below zero; more than any file; a binary number longer than 64 bits.
    [Theory]
    [InlineData("3132785f20202020202020202020")]
    [InlineData("303030303030303030303820")]
    [InlineData("ffffffffffffffffffffffff")]
    [InlineData("800000007fffffffffffffff")]
    [InlineData("80ffffffffffffffffffffff")]
    public async Task SizeThatIsNone_IsDamaged(string hex)
    {
        Save(
            new TarForge().Add("file", "x").Build(),
            header => Convert.FromHexString(hex).AsSpan(0, 12).CopyTo(header.AsSpan(SizeAt)));

        Assert.Contains("size", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BytesAbove127_MayBeSummedWithTheirSign()
    {
        byte[] tar = new TarForge().Add("ä", "x").Build();
        byte[] header = tar[..512];
        int sum = 8 * ' ';
        for (int index = 0; index < header.Length; index++)
        {
            sum += index is >= 148 and < 156 ? 0 : (sbyte)header[index];
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar, 148);
        File.WriteAllBytes(Archive, tar);

        await ExtractAsync();

        Assert.Equal("x", Read("ä"));
    }

    [Fact]
    public async Task OldFormOfAFolder_IsAFileWithASlash()
    {
        new TarForge().Add("folder/", type: '\0', magic: string.Empty).Add("folder/file", "x", type: '7').Save(Archive);

        await ExtractAsync();

        Assert.Equal(["folder", "folder/file"], Names());
    }

    [Fact]
    public async Task LabelOfAVolume_IsNoEntry()
    {
        new TarForge().Add("backup of today", type: 'V').Add("file", "x").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task ExtendedHeader_IsForOneEntry_AndTheGlobalOneForAll()
    {
        new TarForge()
            .AddPax('g', ("mtime", "1000000000.5"), ("comment", "of no matter"))
            .AddPax('x', ("path", "first"), ("mtime", "1100000000"))
            .Add("a", "1")
            .Add("b", "2", modified: 5)
            .AddPax('x', ("mtime", string.Empty))
            .Add("c", "3", modified: 1_200_000_000)
            .AddPax('x', ("mtime", "soon"))
            .Add("d", "4", modified: 1_300_000_000)
            .AddPax('x', ("mtime", "1e20"))
            .Add("e", "5", modified: 1_400_000_000)
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(["b", "c", "d", "e", "first"], Names());
        Assert.Equal(Second(1_100_000_000), TimeOf("first"));
        Assert.Equal(Second(1_000_000_000).AddMilliseconds(500), TimeOf("b"));
        Assert.Equal(Second(1_200_000_000), TimeOf("c"));
        Assert.Equal(Second(1_300_000_000), TimeOf("d"));
        Assert.Equal(Second(1_400_000_000), TimeOf("e"));
    }

    [Fact]
    public async Task ExtendedHeaderFilledUpWithZeros_IsRead()
    {
        new TarForge().Add("pax", "10 path=x\n\0\0\0", 'x').Add("file", "x").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["x"], Names());
    }

    [Theory]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public async Task SizeInAnExtendedHeaderThatIsNone_IsDamaged(string size)
    {
        new TarForge().AddPax('x', ("size", size)).Add("file", "x").Save(Archive);

        Assert.Equal("file", (await RefusedAsync(ArchiveFault.Damaged)).Entry);
    }

    private static DateTime Second(long ofUnix) => DateTime.UnixEpoch.AddSeconds(ofUnix);

    private DateTime TimeOf(string name) => File.GetLastWriteTimeUtc(Path.Combine(Destination, name));

    private void Save(byte[] tar, Action<byte[]> change)
    {
        byte[] header = tar[..512];
        change(header);
        TarForge.SetChecksum(header);
        header.CopyTo(tar, 0);
        File.WriteAllBytes(Archive, tar);
    }
}
