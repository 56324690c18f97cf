using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class TarExtractionTests : ExtractionTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_FilesFoldersAndLinks_Succeeds(bool isGzip)
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
    public async Task Extract_UnsafeName_LeavesNothing(string name)
    {
        new TarForge().Add("good", "x").Add(name, "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task Extract_UnsafeNameInExtendedHeader_LeavesNothing()
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
    [InlineData("/file")]
    [InlineData("C:\\file")]
    [InlineData("folder/../file")]
    public async Task HardLink_TargetNotEarlierFile_IsUnsafe(string target)
    {
        new TarForge().Add("folder/", type: '5').Add("file", "x").Add("link", type: '2', link: "folder")
            .Add("hard", type: '1', link: target).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task HardLink_CopiesFileAndCountsBytes()
    {
        new TarForge().Add("a", new byte[6000]).Add("b", type: '1', link: "./a").Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 11_999 });
        await ExtractAsync(new ExtractionLimits { MaxBytes = 12_000 });
        File.WriteAllText(Path.Combine(Destination, "a"), "changed");
        FileInfo copy = new(Path.Combine(Destination, "b"));
        Assert.Equal((6000, DateTime.UnixEpoch.AddSeconds(1_000_000_000)), (copy.Length, copy.LastWriteTimeUtc));
    }

    [Fact]
    public async Task Extract_FileThroughLink_LeavesNothing()
    {
        new TarForge().Add("link", type: '2', link: "/tmp").Add("link/evil", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task Extract_FolderAfterLink_ReplacesLink()
    {
        new TarForge().Add("link", type: '2', link: ".").Add("link/", type: '5').Add("link/x", "x").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["link", "link/x"], Names());
        Assert.Null(new DirectoryInfo(Path.Combine(Destination, "link")).LinkTarget);
    }

    [Fact]
    public async Task Extract_LinkOverFolderWithContent_Conflicts()
    {
        new TarForge().Add("d/x", "x").Add("d", type: '2', link: "/tmp").Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task Extract_LinkOutside_LeavesNothing()
    {
        new TarForge().Add("a", "x").Add("d/link", type: '2', link: "../../secret").Save(Archive);

        Assert.Equal("d/link", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Theory]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    public async Task Extract_DeviceOrPipe_IsUnsafe(char type)
    {
        new TarForge().Add("x", type: type).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Theory]
    [InlineData('M')]
    [InlineData('N')]
    [InlineData('Z')]
    public async Task Extract_UnknownType_IsUnsupported(char type)
    {
        new TarForge().Add("x", "x", type: type).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    [Fact]
    public async Task Extract_IncrementalBackupFolder_SkipsItsList()
    {
        new TarForge().Add("d/", "Yfile\0\0", type: 'D').Add("d/file", "text").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["d", "d/file"], Names());
    }

    [Fact]
    public async Task Extract_LongNamesInEitherFormat_AreComplete()
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
    public async Task ExtendedHeader_Size_OverridesHeader()
    {
        new TarForge().AddPax('x', ("size", "4")).Add("a", "text", size: 0).Add("b", "more").Save(Archive);

        await ExtractAsync();

        Assert.Equal(("text", "more"), (Read("a"), Read("b")));
    }

    [Fact]
    public async Task ExtendedHeader_TooLong_IsDamaged()
    {
        new TarForge().Add("pax", "x", type: 'x', size: 4L << 30).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task ExtendedHeaders_TooMany_AreDamaged()
    {
        TarForge tar = new();
        for (int index = 0; index < 1000; index++)
        {
            tar.AddPax('x', ("comment", "again"));
        }

        tar.Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task ExtendedHeaders_CountRestartsForEachEntry()
    {
        TarForge tar = new();
        foreach (string name in new[] { "a", "b" })
        {
            for (int index = 0; index < 64; index++)
            {
                tar.AddPax('x', ("comment", "again"));
            }

            tar.Add(name, "x");
        }

        tar.Save(Archive);

        await ExtractAsync();

        Assert.Equal(["a", "b"], Names());
    }

    [Theory]
    [InlineData("no length")]
    [InlineData("1")]
    [InlineData("9-path=x\n")]
    [InlineData("8 pathx\n4 =\n")]
    [InlineData("10 path=x\n20 path=y\n")]
    [InlineData("999 path=x\n")]
    [InlineData("8 path=x")]
    [InlineData("8 pathx\n")]
    [InlineData("0 \n")]
    [InlineData("99999999999999999999 path=x\n")]
    public async Task ExtendedHeader_Malformed_IsDamaged(string content)
    {
        new TarForge().Add("pax", content, type: 'x').Add("a", "x").Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Header_WrongChecksum_IsDamaged()
    {
        byte[] tar = new TarForge().Add("a", "x").Add("b", "x").Build();
        tar[1024]++;
        File.WriteAllBytes(Archive, tar);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_AnyTruncation_FailsAndLeavesNothing(bool isGzip)
    {
        byte[] tar = new TarForge().Add("a", "some text").AddPax('x', ("path", "long")).Add("b", "x").Build();
        byte[] whole = isGzip ? TarForge.Gzip(tar) : tar;
        int step = isGzip ? 1 : 37;

        // One of the two end-of-archive blocks is enough.
        for (int length = isGzip ? 150 : 512; length < whole.Length - (isGzip ? 0 : 1024); length += step)
        {
            if (!isGzip && length == 1024)
            {
                // After an entry: a tar without end-of-archive blocks.
                continue;
            }

            File.WriteAllBytes(Archive, whole[..length]);

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => ExtractAsync());
            Assert.True(error.Fault is ArchiveFault.Damaged or ArchiveFault.Unsupported, $"{length}: {error.Message}");
            Assert.Equal([Archive], Directory.GetFileSystemEntries(Path.GetDirectoryName(Archive)!));
        }
    }

    // After a header without its content; within a header; within content.
    [Theory]
    [InlineData(512)]
    [InlineData(1100)]
    [InlineData(1536)]
    [InlineData(1537)]
    public async Task Extract_TruncatedWithinEntry_IsDamaged(int length)
    {
        File.WriteAllBytes(Archive, new TarForge().Add("a", "x").Add("b", "y").Build()[..length]);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    // After each entry and within the end-of-archive blocks, which other programs accept too.
    [Theory]
    [InlineData(1024, 1, true)]
    [InlineData(2048, 2, true)]
    [InlineData(2300, 2, false)]
    [InlineData(2560, 2, false)]
    public async Task Extract_NoEndBlocks_ExpandsWithNote(int length, int entries, bool isNoted)
    {
        File.WriteAllBytes(Archive, new TarForge().Add("a", "x").Add("b", "y").Build()[..length]);

        ExtractionResult result = await ExtractAsync();

        Assert.Equal((entries, isNoted ? 1 : 0), (result.Entries, result.Notes.Count));
    }

    [Fact]
    public async Task Extract_GzipWithoutTarEndBlocks_HasNoNote()
    {
        File.WriteAllBytes(Archive, TarForge.Gzip(new TarForge().Add("a", "x").Build(end: false)));

        ExtractionResult result = await ExtractAsync();

        Assert.Empty(result.Notes);
        Assert.Equal("x", Read("a"));
    }

    [Theory]
    [InlineData(512, 1)]
    [InlineData(1024, 1)]
    [InlineData(9000, 0)]
    public async Task Extract_EntriesAfterEnd_AreNoted(int zeros, int notes)
    {
        byte[] second = new TarForge().Add("b", "y").Build();
        File.WriteAllBytes(
            Archive, [.. new TarForge().Add("a", "x").Build(end: false), .. new byte[zeros], .. second]);

        ExtractionResult result = await ExtractAsync();

        Assert.Equal(["a"], Names());
        Assert.Equal(notes, result.Notes.Count);
    }

    [Fact]
    public async Task ExtendedHeader_WithoutEntry_IsDamaged()
    {
        new TarForge().Add("a", "x").AddPax('x', ("path", "b")).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    // The size in these headers is wrong, but other programs still find all entries.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_SizeOfFolderOrLink_SkipsNoEntries(bool isInPax)
    {
        TarForge tar = new TarForge().Add("file", "text");
        void Add(string name, char type, string link = "")
        {
            if (isInPax)
            {
                tar.AddPax('x', ("size", "5"));
            }

            tar.Add(name, type: type, link: link, size: 5);
        }

        Add("folder/", '5');
        Add("old/", '\0');
        Add("link", '2', "file");
        Add("copy", '1', "file");
        tar.Add("last", "more").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["copy", "file", "folder", "last", "link", "old"], Names());
        Assert.Equal(("text", "text", "more"), (Read("copy"), Read("link"), Read("last")));
    }

    [Fact]
    public async Task Extract_ContentOfFolderOrLink_IsSkipped()
    {
        new TarForge().Add("file", "text").Add("folder/", new byte[1500].Select(_ => (byte)'j').ToArray(), type: '5')
            .Add("link", "junk", type: '2', link: "file").Add("copy", "junk", type: '1', link: "file")
            .Add("last", "more").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["copy", "file", "folder", "last", "link"], Names());
        Assert.Equal(("text", "text", "more"), (Read("copy"), Read("link"), Read("last")));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Extract_Permissions_KeptWithoutSetUserId()
    {
        new TarForge().Add("private", "x", mode: 0x180).Add("run", "x", mode: 0xFC0).Add("unwritten", "x", mode: 0x40)
            .Add("none", "x", mode: 0).Add("folder/", type: '5', mode: 0x1C0)
            .Add("closed/", type: '5', mode: 0x140).Add("without/", type: '5', mode: 0)
            .Add("open/", type: '5', mode: 0x1FF).Save(Archive);

        await ExtractAsync();

        Assert.Equal((UnixFileMode)0x180, ModeOf("private"));
        Assert.Equal((UnixFileMode)0x1C0, ModeOf("run"));
        Assert.Equal((UnixFileMode)0x140, ModeOf("unwritten"));
        Assert.True(ModeOf("none").HasFlag(UnixFileMode.UserWrite), "No bits at all is to say nothing.");
        Assert.Equal((UnixFileMode)0x1C0, ModeOf("folder"));
        Assert.Equal((UnixFileMode)0x1C0, ModeOf("closed"));
        Assert.Equal(ModeOf("."), ModeOf("without"));
        Assert.True(ModeOf(".") == ModeOf("open"), "An archive opens no folder further than the umask does.");
    }

    [Fact]
    public async Task Extract_Progress_EndsWithTotals()
    {
        new TarForge().Add("folder/", type: '5').Add("a", Tree.Noise(5 << 20)).Add("b", "text").Save(Archive);
        Recorder progress = new();

        ExtractionResult result = await new ArchiveExtractor().ExtractAsync(Archive, Destination, progress: progress);

        Assert.Equal((3, (5 << 20) + 4), (result.Entries, result.Bytes));
        Assert.Equal((3, (5 << 20) + 4), (progress.Seen[^1].Entries, progress.Seen[^1].Bytes));
        Assert.True(progress.Seen[0].Bytes < 5 << 20, "It is told on the way too.");
    }

    [Fact]
    public async Task Extract_GzipWrongChecksum_IsDamaged()
    {
        byte[] gzip = TarForge.Gzip(new TarForge().Add("a", "some text").Build());
        gzip[^8] ^= 1;
        File.WriteAllBytes(Archive, gzip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Extract_GzipWithSeveralMembers_IsOneTar()
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
    public async Task Extract_DataAfterGzip_IsIgnored()
    {
        File.WriteAllBytes(Archive, [.. TarForge.Gzip(new TarForge().Add("a", "x").Build()), 0, 1]);

        await ExtractAsync();

        Assert.Equal("x", Read("a"));
    }

    [Fact]
    public async Task Extract_GzipBomb_ExceedsRatioAndBytes()
    {
        new TarForge().Add("a", new byte[3 << 20]).SaveGzip(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 100, RatioFloor = 1 << 20 });
        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 1 << 20 });
    }

    [Fact]
    public async Task Extract_UncompressedTar_IsWithinRatioOfOne()
    {
        byte[] tar = new TarForge().Add("a", Tree.Noise(10_000)).Build();
        File.WriteAllBytes(Archive, tar[..^512]);

        await ExtractAsync(new ExtractionLimits { MaxRatio = 1, RatioFloor = 0 });

        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task Extract_ZerosAfterEnd_CountForRatio()
    {
        File.WriteAllBytes(Archive, TarForge.Gzip([.. new TarForge().Add("a", "x").Build(), .. new byte[3 << 20]]));

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 100, RatioFloor = 1 << 20 });
    }

    [Fact]
    public async Task Extract_SizeBeyondFile_IsDamaged()
    {
        new TarForge().Add("a", "x", size: 8L << 30).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Extract_NameNotUtf8_IsReadAsLatin1()
    {
        Raw("aXb", 0xE4).Save(Archive);
        await ExtractAsync();
        Assert.Equal(["aäb"], Names());
        Directory.Delete(Destination, recursive: true);

        // A folder in UTF-8, a file in Latin-1, and a symbolic link and a hard link to it.
        Raw("漢/Xb", 0xE4).Add("漢/c", "y").Add("l", type: '2', link: "漢/Xb").Add("h", type: '1', link: "漢/Xb")
            .Replace('X', 0xE4).Save(Archive);
        await ExtractAsync();
        Assert.Equal(["h", "l", "漢", "漢/c", "漢/äb"], Names());
        Assert.Equal(("x", "x"), (Read("l"), Read("h")));
    }

    [Theory]
    [InlineData("aXb", "aäb")]
    [InlineData("X/b", "ä/b")]
    public async Task Extract_NamesEqualInTwoEncodings_Conflict(string raw, string text)
    {
        Raw(raw, 0xE4).Add(text, "y").Save(Archive);

        Assert.Contains(
            "encoding", (await RefusedAsync(ArchiveFault.Conflict)).Message, StringComparison.Ordinal);
    }

    private static TarForge Raw(string name, byte letter) => new TarForge().Add(name, "x").Replace('X', letter);

    [Theory]
    [InlineData("\00000000005 ")]
    [InlineData("\0\0 0000004\0 ")]
    public async Task Header_SizeWithLeadingNul_IsRead(string field)
    {
        string content = "text" + (field.Contains('5', StringComparison.Ordinal) ? "s" : string.Empty);
        new TarForge().Add("a", content).Add("b", "more").Change(0, 124, field).Save(Archive);

        await ExtractAsync();

        Assert.Equal((content, "more"), (Read("a"), Read("b")));
    }

    [Fact]
    public async Task Header_BinarySize_IsRead()
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

    // tar -r and tar -u append entries that replace earlier ones.
    [Fact]
    public async Task Extract_SameNameTwice_KeepsLaterEntry()
    {
        new TarForge().Add("a", "x").Add("first", type: '1', link: "a").Add("./a", "later").Save(Archive);

        await ExtractAsync();

        Assert.Equal(("later", "x"), (Read("a"), Read("first")));
    }

    [Fact]
    public async Task Extract_SameNameOfOtherKind_KeepsLaterEntry()
    {
        new TarForge().Add("file", "x")
            .Add("link-file", type: '2', link: "file").Add("link-file", "later")
            .Add("file-link", "x").Add("file-link", type: '2', link: "file")
            .Add("file-folder", "x").Add("file-folder/", type: '5').Add("file-folder/in", "x")
            .Add("folder-file/", type: '5', mode: 0x1C0).Add("folder-file", "later")
            .Add("link-link", type: '2', link: "/etc").Add("link-link", "x").Add("link-link", type: '2', link: "file")
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(
            ["file", "file-folder", "file-folder/in", "file-link", "folder-file", "link-file", "link-link"], Names());
        Assert.Equal(("later", "x", "later"), (Read("link-file"), Read("file-link"), Read("folder-file")));
        Assert.Equal("file", new FileInfo(Path.Combine(Destination, "link-link")).LinkTarget);
    }

    [Fact]
    public async Task Extract_FileAfterLinkOfSameName_ReplacesLink()
    {
        new TarForge().Add("target", "x").Add("a", type: '2', link: "target").Add("a", "later").Save(Archive);

        await ExtractAsync();

        Assert.Equal(("x", "later"), (Read("target"), Read("a")));
    }

    [Fact]
    public async Task Extract_FileOverFolderWithContent_Conflicts()
    {
        new TarForge().Add("a/b", "x").Add("a", "y").Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task HardLink_ToItself_KeepsFile()
    {
        new TarForge().Add("a", "x").Add("a", type: '1', link: "a").Save(Archive);

        await ExtractAsync();

        Assert.Equal("x", Read("a"));
    }

    [Fact]
    public async Task HardLink_EmptyTarget_ErrorSaysSo()
    {
        new TarForge().Add("a", "x").Add("b", type: '1').Save(Archive);

        ArchiveException error = await RefusedAsync(ArchiveFault.Unsafe);

        Assert.EndsWith("is refused: it is a hard link to '', and that name is empty.",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_FolderTwice_HasLaterMode()
    {
        new TarForge().Add("d/", type: '5', mode: 0x1C0, modified: 1).Add("d/", type: '5', modified: 1_000_000_000)
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1_000_000_000),
            Directory.GetLastWriteTimeUtc(Path.Combine(Destination, "d")));
    }

    [UnixFact]
    public async Task Extract_LinkTime_IsSetOnLink()
    {
        new TarForge().Add("a", "x", modified: 5).Add("l", type: '2', link: "a").Save(Archive);

        await ExtractAsync();

        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1_000_000_000), File.GetLastWriteTimeUtc(Path.Combine(Destination, "l")));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(5), File.GetLastWriteTimeUtc(Path.Combine(Destination, "a")));
    }

    [Fact]
    public async Task Extract_TooManyEntries_IsTooLarge()
    {
        new TarForge().Add("a", "x").Add("b", "y").Add("c", "y").Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxEntries = 2 });
        await ExtractAsync(new ExtractionLimits { MaxEntries = 3 });
    }

    [UnsupportedOSPlatform("windows")]
    private UnixFileMode ModeOf(string name) => File.GetUnixFileMode(Path.Combine(Destination, name));
}
