using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests the fields of tar headers in all formats.</summary>
public sealed class TarHeaderTests : ExtractionTest
{
    private const int SizeAt = 124;
    private const int TimeAt = 136;
    private const int PrefixAt = 345;

    // The end of the header contains a part of the prefix or, with star's magic, times.
    [Theory]
    [InlineData("ustar\000", false, "folder/sub/file")]
    [InlineData("ustar\000", true, "folder/sub/file")]
    [InlineData("ustar  \0", false, "file")]
    [InlineData("", false, "file")]
    [InlineData("ustas\000", false, "file")]
    [InlineData("Ustar\000", false, "file")]
    [InlineData("uStar\000", false, "file")]
    [InlineData("usTar\000", false, "file")]
    [InlineData("ustAr\000", false, "file")]
    public async Task Prefix_OnlyInUstar_IsPartOfName(string magic, bool isStar, string expected)
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

    [Theory]
    [InlineData("", 155)]
    [InlineData("tar\0", 131)]
    [InlineData("Tar\0", 155)]
    [InlineData("tAr\0", 155)]
    [InlineData("taR\0", 155)]
    [InlineData("tarx", 155)]
    public async Task Prefix_Of155Bytes_IsCompleteExceptInStar(string tail, int length)
    {
        Save(new TarForge().Add("file", "x").Build(), header =>
        {
            Encoding.ASCII.GetBytes(new string('d', 155)).CopyTo(header, PrefixAt);
            Encoding.ASCII.GetBytes(tail).CopyTo(header, 508);
        });

        await ExtractAsync();

        Assert.Equal("x", Read(new string('d', length) + "/file"));
    }

    [Fact]
    public async Task NameAndTarget_Of100Bytes_AreComplete()
    {
        string name = new('n', 100);
        string link = new('l', 100);
        new TarForge().Add(name, "x").Add(link, type: '2', link: name).Save(Archive);

        await ExtractAsync();

        Assert.Equal([link, name], Names());
        Assert.Equal("x", Read(link));
    }

    [Fact]
    public async Task Entry_EmptyName_IsDamaged()
    {
        new TarForge().Add(string.Empty, "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData("  1")]
    [InlineData("0000001 ")]
    [InlineData("1\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("00000000001\0")]
    [InlineData("000000000001")]
    public async Task OctalNumber_AnyPadding_IsRead(string field)
    {
        Save(new TarForge().Add("file", "x").Build(), header =>
        {
            Array.Clear(header, SizeAt, 12);
            Encoding.ASCII.GetBytes(field).CopyTo(header, SizeAt);
        });

        await ExtractAsync();

        Assert.Equal("x", Read("file"));
    }

    // Letters; invalid digits; negative; too large for a file; a binary number of more than 64 bits.
    [Theory]
    [InlineData("3132785f20202020202020202020")]
    [InlineData("303030303030303030303820")]
    [InlineData("ffffffffffffffffffffffff")]
    [InlineData("800000007fffffffffffffff")]
    [InlineData("80ffffffffffffffffffffff")]
    public async Task Size_Invalid_IsDamaged(string hex)
    {
        Save(
            new TarForge().Add("file", "x").Build(),
            header => Convert.FromHexString(hex).AsSpan(0, 12).CopyTo(header.AsSpan(SizeAt)));

        Assert.Contains("size", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checksum_SignedBytes_IsAccepted()
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
    public async Task Folder_OldFormatWithSlash_IsFolder()
    {
        new TarForge().Add("folder/", type: '\0', magic: string.Empty).Add("folder/file", "x", type: '7').Save(Archive);

        await ExtractAsync();

        Assert.Equal(["folder", "folder/file"], Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData("of more words")]
    public async Task VolumeLabel_IsSkipped(string content)
    {
        new TarForge().Add("backup of today", content, type: 'V').Add("file", "x").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task ExtendedHeader_LocalOrGlobal_AppliesToOneOrAll()
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

    [Theory]
    [InlineData('x')]
    [InlineData('X')]
    public async Task ExtendedHeader_PaddedWithZeros_IsRead(char type)
    {
        new TarForge().Add("pax", "10 path=x\n\0\0\0", type).Add("file", "x").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["x"], Names());
    }

    [Fact]
    public async Task ExtendedHeader_EmptyRecord_CancelsGlobalOne()
    {
        new TarForge()
            .AddPax('g', ("path", "global"), ("linkpath", "global"), ("size", "1"))
            .Add("first", "x", size: 0)
            .AddPax('x', ("path", string.Empty), ("linkpath", string.Empty), ("size", string.Empty))
            .Add("second", "text")
            .AddPax('x', ("path", string.Empty), ("linkpath", string.Empty), ("size", string.Empty))
            .Add("link", type: '2', link: "second").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["global", "link", "second"], Names());
        Assert.Equal(("x", "text"), (Read("global"), Read("link")));
    }

    [Fact]
    public async Task Time_Before1970_IsKept()
    {
        Save(
            new TarForge().Add("binary", "x").AddPax('x', ("mtime", "-86400.5")).Add("pax", "x").Build(),
            header => header.AsSpan(TimeAt, 12).Fill(0xFF));

        await ExtractAsync();

        Assert.Equal(Second(-1), TimeOf("binary"));
        Assert.Equal(Second(-86_400).AddMilliseconds(-500), TimeOf("pax"));
    }

    // The first and the last possible time, and one in 1601, which Windows does not support.
    [Theory]
    [InlineData("-62135596800")]
    [InlineData("-11644473599")]
    [InlineData("253402300799")]
    public async Task Time_OutOfRange_IsIgnored(string seconds)
    {
        new TarForge().AddPax('x', ("mtime", seconds)).Add("file", "x")
            .AddPax('x', ("mtime", seconds)).Add("folder/", type: '5').Save(Archive);
        DateTime before = DateTime.UtcNow.AddMinutes(-1);

        await ExtractAsync();

        Assert.InRange(TimeOf("file"), before, DateTime.UtcNow.AddMinutes(1));
        Assert.InRange(TimeOf("folder"), before, DateTime.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public async Task ExtendedHeader_InvalidSize_IsDamaged(string size)
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
