using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class TarExtractionTests : ExtractionTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FilesFoldersAndLinks_AreExpanded(bool isGzip)
    {
        TarForge tar = new TarForge().Add("./", type: '5', mode: 0x1ED).Add("./a/", type: '5', mode: 0x1ED)
            .Add("./a/run", "#!/bin/sh", mode: 0x1ED).Add("./b", "text").Add("./l", type: '2', link: "a/run")
            .Add("./empty/", type: '5').Add("./old", "x", type: '\0');
        _ = isGzip ? tar.SaveGzip(Archive) : tar.Save(Archive);

        ExtractionResult result = await ExtractAsync();

        Assert.Equal(isGzip ? ArchiveFormat.TarGzip : ArchiveFormat.Tar, result.Format);
        Assert.Equal(["a", "a/run", "b", "empty", "l", "old"], Names());
        Assert.Equal("#!/bin/sh", Read("l"));
        Assert.True(
            OperatingSystem.IsWindows()
            || File.GetUnixFileMode(Path.Combine(Destination, "a/run")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1_000_000_000), File.GetLastWriteTimeUtc(Path.Combine(Destination, "b")));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1_000_000_000), Directory.GetLastWriteTimeUtc(Destination + "/a"));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/evil")]
    [InlineData("a/../../evil")]
    [InlineData("C:\\evil")]
    public async Task UnsafeName_LeavesNothing(string name)
    {
        new TarForge().Add("good", "x").Add(name, "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task UnsafeName_InAnExtendedHeader_LeavesNothing()
    {
        new TarForge().AddPax('x', ("path", "../evil")).Add("good", "x").Save(Archive);

        Assert.Equal("../evil", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../evil")]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("link/x")]
    public async Task HardLinkToAnythingButAFileBeforeIt_IsUnsafe(string target)
    {
        new TarForge().Add("folder/", type: '5').Add("file", "x").Add("link", type: '2', link: "folder")
            .Add("hard", type: '1', link: target).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task HardLink_IsACopy_AndItsBytesCount()
    {
        new TarForge().Add("a", new byte[600]).Add("b", type: '1', link: "./a").Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 1000 });
        await ExtractAsync();
        File.WriteAllText(Path.Combine(Destination, "a"), "changed");
        Assert.Equal(600, new FileInfo(Path.Combine(Destination, "b")).Length);
    }

    [Fact]
    public async Task FileThroughALink_LeavesNothing()
    {
        new TarForge().Add("link", type: '2', link: "/tmp").Add("link/evil", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task FolderInThePlaceOfALink_IsAConflict()
    {
        new TarForge().Add("link", type: '2', link: ".").Add("link/", type: '5').Add("link/x", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task LinkInThePlaceOfAFolder_IsAConflict()
    {
        new TarForge().Add("d/x", "x").Add("d", type: '2', link: "/tmp").Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task LinkOut_LeavesNothing()
    {
        new TarForge().Add("a", "x").Add("d/link", type: '2', link: "../../secret").Save(Archive);

        Assert.Equal("d/link", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Theory]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    public async Task DevicesAndPipes_AreUnsafe(char type)
    {
        new TarForge().Add("x", type: type).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Theory]
    [InlineData('S')]
    [InlineData('M')]
    [InlineData('D')]
    [InlineData('N')]
    public async Task KindsThatAreNotKnown_AreUnsupported(char type)
    {
        new TarForge().Add("x", "x", type: type).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    [Fact]
    public async Task SparseFileInAnExtendedHeader_IsUnsupported()
    {
        new TarForge().AddPax('x', ("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "99999999999"))
            .Add("x", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    [Fact]
    public async Task LongNames_InEitherForm_AreWhole()
    {
        string gnu = string.Concat(Enumerable.Repeat("gnu-long/", 400)) + "é";
        string pax = string.Concat(Enumerable.Repeat("pax-long/", 400)) + "漢字";
        new TarForge().Add("././@LongLink", gnu + "\0", type: 'L').Add("cut", "1")
            .AddPax('x', ("path", pax), ("mtime", "1234567890.5")).Add("cut", "2")
            .Add("././@LongLink", gnu + "\0", type: 'K').Add("link", type: '2', link: "cut").Save(Archive);

        await ExtractAsync();

        Assert.Equal("1", Read(gnu));
        Assert.Equal("2", Read(pax));
        Assert.Equal("1", Read("link"));
        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1234567890.5), File.GetLastWriteTimeUtc(Path.Combine(Destination, pax)));
    }

    [Fact]
    public async Task SizeOfAnExtendedHeader_Counts()
    {
        new TarForge().AddPax('x', ("size", "4")).Add("a", "text", size: 0).Add("b", "more").Save(Archive);

        await ExtractAsync();

        Assert.Equal(("text", "more"), (Read("a"), Read("b")));
    }

    [Fact]
    public async Task HugeExtendedHeader_IsDamaged_AndNotTakenIntoMemory()
    {
        new TarForge().Add("pax", "x", type: 'x', size: 4L << 30).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task EndlessExtendedHeaders_AreDamaged()
    {
        TarForge tar = new();
        for (int index = 0; index < 1000; index++)
        {
            tar.AddPax('x', ("comment", "again"));
        }

        tar.Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData("no length")]
    [InlineData("999 path=x\n")]
    [InlineData("8 path=x")]
    [InlineData("8 pathx\n")]
    [InlineData("0 \n")]
    [InlineData("99999999999999999999 path=x\n")]
    public async Task ExtendedHeaderThatIsNone_IsDamaged(string content)
    {
        new TarForge().Add("pax", content, type: 'x').Add("a", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task WrongChecksumOfAHeader_IsDamaged()
    {
        byte[] tar = new TarForge().Add("a", "x").Add("b", "x").Build();
        tar[1024]++;
        File.WriteAllBytes(Archive, tar);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryTruncation_IsAnErrorAndLeavesNothing(bool isGzip)
    {
        byte[] tar = new TarForge().Add("a", "some text").AddPax('x', ("path", "long")).Add("b", "x").Build();
        byte[] whole = isGzip ? TarForge.Gzip(tar) : tar;
        int step = isGzip ? 1 : 37;

        // Up to the last of the two blocks that end it, of which one is enough.
        for (int length = isGzip ? 150 : 512; length < whole.Length - (isGzip ? 0 : 1024); length += step)
        {
            File.WriteAllBytes(Archive, whole[..length]);

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => ExtractAsync());
            Assert.True(error.Fault is ArchiveFault.Damaged or ArchiveFault.Unsupported, $"{length}: {error.Message}");
            Assert.Equal([Archive], Directory.GetFileSystemEntries(Path.GetDirectoryName(Archive)!));
        }
    }

    [Fact]
    public async Task GzipWithAWrongChecksum_IsDamaged()
    {
        byte[] gzip = TarForge.Gzip(new TarForge().Add("a", "some text").Build());
        gzip[^8] ^= 1;
        File.WriteAllBytes(Archive, gzip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task GzipOfSeveralMembers_IsOneTar()
    {
        byte[] tar = new TarForge().Add("a", Tree.Noise(100_000)).Add("b", "text").Build();
        byte[] members =
            [.. TarForge.Gzip(tar[..300]), .. TarForge.Gzip(tar[300..70_000]), .. TarForge.Gzip(tar[70_000..])];
        File.WriteAllBytes(Archive, [.. TarForge.Gzip(tar[..2000]), .. TarForge.Gzip(tar[2000..])]);
        await ExtractAsync();
        Assert.Equal("text", Read("b"));
        Directory.Delete(Destination, recursive: true);

        File.WriteAllBytes(Archive, [.. members, .. new byte[600]]);
        await ExtractAsync();
        Assert.Equal(Tree.Noise(100_000), File.ReadAllBytes(Path.Combine(Destination, "a")));
    }

    [Fact]
    public async Task SomethingBehindTheGzip_IsLeftAlone_AsGzipItselfDoes()
    {
        File.WriteAllBytes(Archive, [.. TarForge.Gzip(new TarForge().Add("a", "x").Build()), 0, 1]);

        await ExtractAsync();

        Assert.Equal("x", Read("a"));
    }

    [Fact]
    public async Task GzipThatGrowsWithoutEnd_IsTooLarge_ByRatioAndByBytes()
    {
        new TarForge().Add("a", new byte[3 << 20]).SaveGzip(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 100, RatioFloor = 1 << 20 });
        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 1 << 20 });
    }

    [Fact]
    public async Task ZerosBehindTheEnd_CountForTheRatio()
    {
        File.WriteAllBytes(Archive, TarForge.Gzip([.. new TarForge().Add("a", "x").Build(), .. new byte[3 << 20]]));

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 100, RatioFloor = 1 << 20 });
    }

    [Fact]
    public async Task SizeBeyondTheFile_IsDamaged()
    {
        new TarForge().Add("a", "x", size: 8L << 30).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task NameThatIsNoUtf8_IsReadByteByByte()
    {
        byte[] tar = new TarForge().Add("aXb", "x").Build();
        tar[1] = 0xE4;
        byte[] header = tar[..512];
        TarForge.SetChecksum(header);
        header.CopyTo(tar, 0);
        File.WriteAllBytes(Archive, tar);

        await ExtractAsync();

        Assert.Equal(["aäb"], Names());
    }

    [Fact]
    public async Task BinarySize_IsRead()
    {
        byte[] tar = new TarForge().Add("a", "text").Add("b", "x").Build();
        byte[] header = tar[..512];
        header.AsSpan(124, 12).Clear();
        header[124] = 0x80;
        header[135] = 4;
        TarForge.SetChecksum(header);
        header.CopyTo(tar, 0);
        File.WriteAllBytes(Archive, tar);

        await ExtractAsync();

        Assert.Equal("text", Read("a"));
    }

    [Fact]
    public async Task SameFileTwice_IsAConflict()
    {
        new TarForge().Add("a", "x").Add("./a", "y").Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task EntriesBeyondTheLimit_AreTooLarge()
    {
        new TarForge().Add("a", "x").Add("b", "y").Add("c", "y").Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxEntries = 2 });
    }
}
