using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Checksums;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ZipExtractionTests : ExtractionTest
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("some text");

    [Fact]
    public async Task Extract_UnsafeName_LeavesNothing()
    {
        new ZipForge().Add("good", s_text).Add("../evil", s_text).Save(Archive);

        Assert.Equal("../evil", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Fact]
    public async Task Extract_BackslashesFromWindows_SeparateFolders()
    {
        new ZipForge().Add("a\\b.txt", s_text, entry => entry.Host = 0).Save(Archive);

        await ExtractAsync();

        Assert.Equal(["a", "a/b.txt"], Names());
    }

    [UnixFact]
    public async Task Extract_BackslashFromUnixOrWithSlash_IsPartOfName()
    {
        new ZipForge().Add("a\\b", s_text).Add("d/a\\b", s_text, entry => entry.Host = 0).Save(Archive);

        await ExtractAsync();

        Assert.Equal(["a\\b", "d", "d/a\\b"], Names());
    }

    [Fact]
    public async Task Extract_DotDotWithBackslashes_IsUnsafe()
    {
        new ZipForge().Add("..\\evil", s_text, entry => entry.Host = 0).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task Extract_SameNameTwice_Conflicts()
    {
        new ZipForge().Add("a", s_text).Add("a", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict);
    }

    [Fact]
    public async Task Extract_NamesDifferByCase_ConflictIfEqualOnSystem()
    {
        new ZipForge().Add("readme", s_text).Add("README", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.Conflict, rules: NameRules.MacOS);
        await ExtractAsync(rules: NameRules.Linux);
        Assert.Equal(["README", "readme"], Names());
    }

    [Fact]
    public async Task Extract_LinkInside_IsKept()
    {
        new ZipForge().AddLink("current", "v1/app").Add("v1/app", s_text).Save(Archive);

        await ExtractAsync();

        Assert.Equal("v1/app", new FileInfo(Path.Combine(Destination, "current")).LinkTarget);
        Assert.Equal("some text", Read("current"));
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("../..")]
    [InlineData("..")]
    public async Task Extract_LinkOutside_LeavesNothing(string target)
    {
        new ZipForge().Add("a", s_text).AddLink("link", target).Save(Archive);

        Assert.Equal("link", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Fact]
    public async Task Extract_FileThroughLink_LeavesNothing()
    {
        new ZipForge().Add("d/x", s_text).AddLink("link", "d").Add("link/evil", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task Extract_ChainOfLinksOutside_LeavesNothing()
    {
        new ZipForge().Add("a/b/c", s_text).AddLink("a/b/up", "../..").AddLink("out", "a/b/up/..").Save(Archive);

        Assert.Equal("out", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Fact]
    public async Task Extract_LinkLoop_IsKeptUnlessDotDotFollows()
    {
        ZipForge zip = new ZipForge().AddLink("a", "b").AddLink("b", "a");
        zip.Save(Archive);
        await ExtractAsync();
        Assert.Equal("b", new FileInfo(Path.Combine(Destination, "a")).LinkTarget);
        Directory.Delete(Destination, recursive: true);

        zip.AddLink("up", "a/../x").Save(Archive);

        Assert.Equal("up", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Fact]
    public async Task Extract_PipeTypeWithContent_IsFile()
    {
        // zip and 7z write such an entry for content from standard input.
        new ZipForge().Add("-", s_text, entry => entry.Attributes = 0x1180u << 16).Save(Archive);

        await ExtractAsync();

        Assert.Equal("some text", Read("-"));
    }

    [Fact]
    public async Task Extract_UnknownUnixType_UsesName()
    {
        new ZipForge().Add("d/", change: entry => entry.Attributes = 0xFFFFu << 16)
            .Add("d/f", s_text, entry => entry.Attributes = 0xFFFFu << 16)
            .Add("g", s_text, entry => entry.Attributes = 0x51A4u << 16).Save(Archive);

        await ExtractAsync();

        Assert.Equal(("some text", "some text"), (Read("d/f"), Read("g")));
    }

    [Fact]
    public async Task Extract_FolderWithSizeButNoData_IsFolder()
    {
        new ZipForge().Add("d/", change: entry => entry.Size = 68).Add("d/f", s_text).Save(Archive);

        await ExtractAsync();

        Assert.Equal(["d", "d/f"], Names());
    }

    [Fact]
    public async Task Extract_FolderWithData_IsDamaged()
    {
        new ZipForge().Add("d/", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData("a\\b", "a/b", 0)]
    [InlineData("a/b", "a\\b", 0)]
    [InlineData("a\\b", "a/b", 10)]
    public async Task LocalName_OtherSlashes_MatchExceptOnUnix(string name, string local, int host)
    {
        void Change(ForgedEntry entry) => entry.LocalName = Encoding.UTF8.GetBytes(local);
        new ZipForge().Add(name, s_text, entry =>
        {
            entry.Host = host;
            Change(entry);
        }).Save(Archive);
        await ExtractAsync();
        Assert.Equal(["a", "a/b"], Names());
        Directory.Delete(Destination, recursive: true);

        new ZipForge().Add(name, s_text, Change).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    [InlineData(10, false)]
    public async Task Folder_DosFlag_CountsFromDosOnly(int host, bool isFolder)
    {
        new ZipForge().Add("a", [], entry => (entry.Host, entry.Attributes) = (host, 0x10)).Save(Archive);

        await ExtractAsync();

        Assert.Equal(isFolder, Directory.Exists(Path.Combine(Destination, "a")));
    }

    [Theory]
    [InlineData(0x1000u)]
    [InlineData(0x2000u)]
    [InlineData(0x6000u)]
    [InlineData(0xC000u)]
    public async Task Extract_PipeDeviceOrSocket_IsUnsafe(uint kind)
    {
        new ZipForge().Add("a", [], entry => entry.Attributes = (kind | 0x1A4u) << 16).Save(Archive);

        await RefusedAsync(ArchiveFault.Unsafe);
    }

    [Fact]
    public async Task Extract_MoreThanDeclared_IsDamaged()
    {
        new ZipForge().Add("a", new byte[10_000], entry => entry.Size = 5000).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Extract_LessThanDeclared_IsDamaged()
    {
        new ZipForge().Add("a", s_text, entry => entry.Size = 10).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task Extract_WrongChecksum_IsDamaged(int method)
    {
        new ZipForge().Add("a", s_text, entry => (entry.Crc, entry.Method) = (1u, method)).Save(Archive);

        Assert.Contains("CRC-32", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_EntriesShareData_AreDamaged()
    {
        new ZipForge().Add("a", new byte[100_000])
            .Add("b", new byte[100_000], entry => (entry.SameDataAs, entry.LocalName) = (0, "a"u8.ToArray()))
            .Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Extract_EntryInsideDataOfAnother_IsDamaged()
    {
        // A zip bomb quotes later headers in stored blocks, so that each entry contains all following ones.
        byte[] inner = new ZipForge().Add("b", s_text, entry => entry.Method = 0).Build();
        byte[] zip = new ZipForge().Add("a", inner, entry => entry.Method = 0).Add("b", s_text, entry =>
            (entry.Method, entry.SameDataAs) = (0, 0)).Build();
        int second = Array.LastIndexOf(zip, (byte)'b') - 46;
        LittleEndian.Put(zip, second + 42, 31, 4);
        LittleEndian.Put(zip, second + 20, (ulong)s_text.Length, 4);
        File.WriteAllBytes(Archive, zip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task LocalName_Differs_IsDamaged()
    {
        new ZipForge().Add("a", s_text, entry => entry.LocalName = "b"u8.ToArray()).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Extract_TooManyBytes_IsTooLarge()
    {
        new ZipForge().Add("a", new byte[6000]).Add("b", new byte[6000]).Save(Archive);

        ArchiveException error = await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 11_999 });

        Assert.Contains("-MaximumExpandedBytes", error.RecommendedAction, StringComparison.Ordinal);
        await ExtractAsync(new ExtractionLimits { MaxBytes = 12_000 });
    }

    [Fact]
    public async Task Extract_EachEntry_CountsAsAtLeastOneBlock()
    {
        // The folder 'd' has no entry of its own but is created too.
        new ZipForge().Add("a", new byte[1]).Add("d/empty/").AddLink("l", "a").Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = (4 * 4096) - 1 });
        await ExtractAsync(new ExtractionLimits { MaxBytes = 4 * 4096 });
    }

    [Fact]
    public async Task Extract_ManyFolders_CountForRatio()
    {
        ZipForge zip = new();
        for (int index = 0; index < 200; index++)
        {
            zip.Add($"{index}/");
        }

        zip.Save(Archive);

        ArchiveException error = await RefusedAsync(
            ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 20, RatioFloor = 0 });
        Assert.Contains("-MaximumExpandedRatio", error.RecommendedAction, StringComparison.Ordinal);
        await ExtractAsync(new ExtractionLimits { MaxRatio = 50, RatioFloor = 0 });
    }

    [Fact]
    public async Task Extract_PathTooDeep_IsTooLarge()
    {
        new ZipForge().Add("a/b/c/d", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxDepth = 3 });
        await ExtractAsync(new ExtractionLimits { MaxDepth = 4 });
    }

    [Fact]
    public async Task Extract_RatioExceeded_IsTooLarge()
    {
        new ZipForge().Add("a", new byte[200_000]).Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxRatio = 100, RatioFloor = 100_000 });
        await ExtractAsync(new ExtractionLimits { MaxRatio = 100, RatioFloor = 200_000 });
    }

    [Fact]
    public async Task Extract_FewZeros_AreBelowRatioFloor()
    {
        new ZipForge().Add("a", new byte[1 << 20]).Save(Archive);

        await ExtractAsync(new ExtractionLimits());

        Assert.Equal(1 << 20, new FileInfo(Path.Combine(Destination, "a")).Length);
    }

    [Fact]
    public async Task Extract_UncompressedZip_IsWithinAnyRatio()
    {
        new ZipForge().Add("a", Tree.Noise(10_000), entry => entry.Method = 0).Save(Archive);

        await ExtractAsync(new ExtractionLimits { MaxRatio = 2, RatioFloor = 0 });

        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task Extract_TooManyEntries_IsTooLarge()
    {
        new ZipForge().Add("a", s_text).Add("b", s_text).Add("c", s_text).Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxEntries = 2 });
        await ExtractAsync(new ExtractionLimits { MaxEntries = 3 });
    }

    [Fact]
    public async Task Extract_AlteredCompressedData_IsDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        zip[31] = 7;
        File.WriteAllBytes(Archive, zip);

        ArchiveException error = await RefusedAsync(ArchiveFault.Damaged);

        Assert.IsType<InvalidDataException>(error.InnerException);
        Assert.Equal("a", error.Entry);
    }

    [Fact]
    public async Task Extract_SizeImpossibleForDeflate_IsDamaged()
    {
        new ZipForge().Add("a", s_text, entry => entry.Size = 1 << 20).Save(Archive);

        Assert.Contains("impossible", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_NestedArchive_StaysFile()
    {
        byte[] inner = new ZipForge().Add("../evil", s_text).Build();
        new ZipForge().Add("inner.zip", inner).Save(Archive);

        await ExtractAsync();

        Assert.Equal(inner, File.ReadAllBytes(Path.Combine(Destination, "inner.zip")));
    }

    [Fact]
    public async Task Extract_AnyTruncation_FailsAndLeavesNothing()
    {
        byte[] zip = new ZipForge().Add("a/b", Tree.Text(300)).Add("c", Tree.Noise(50)).Build();
        for (int length = 4; length < zip.Length; length++)
        {
            File.WriteAllBytes(Archive, zip[..length]);

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => ExtractAsync());
            Assert.True(error.Fault == ArchiveFault.Damaged, $"{length}: {error.Message}");
            Assert.Equal([Archive], Directory.GetFileSystemEntries(Path.GetDirectoryName(Archive)!));
        }
    }

    [Fact]
    public async Task Extract_FlippedBits_AreDetectedInContent()
    {
        byte[] zip = new ZipForge().Add("a", Tree.Text(3000)).Build();
        string whole = Encoding.ASCII.GetString(Tree.Text(3000));
        for (int index = 0; index < zip.Length; index++)
        {
            byte[] altered = (byte[])zip.Clone();
            altered[index] ^= (byte)(1 << (index % 8));
            File.WriteAllBytes(Archive, altered);
            try
            {
                await ExtractAsync();
            }
            catch (ArchiveException)
            {
                Assert.False(Directory.Exists(Destination));
                continue;
            }

            // An irrelevant field or the name may have changed, but not the content.
            Assert.All(
                Directory.GetFiles(Destination, "*", SearchOption.AllDirectories),
                file => Assert.Equal(whole, File.ReadAllText(file)));
            Directory.Delete(Destination, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0x41)]
    public async Task Extract_EncryptedEntry_IsUnsupported(int flags)
    {
        new ZipForge().Add("secret", s_text, entry => entry.Flags |= flags).Save(Archive);

        Assert.Contains("encrypted", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, "Deflate64")]
    [InlineData(12, "bzip2")]
    [InlineData(14, "LZMA")]
    [InlineData(93, "Zstandard")]
    [InlineData(6, "number 6")]
    public async Task Extract_UnsupportedCompression_NamesMethod(int method, string name)
    {
        new ZipForge().Add("a", s_text, entry => entry.Method = method).Save(Archive);

        Assert.Contains(name, (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "c3a4.txt", "ä.txt")]
    [InlineData(0, "84.txt", "ä.txt")]
    [InlineData(0x0800, "e6bca2.txt", "漢.txt")]
    [InlineData(0, "d0b4d0b0", "да")]
    [InlineData(0, "81a1", "üí")]
    [InlineData(0, "807f", "Ç\u007f")]
    [InlineData(0, "e1ff", "ß\u00a0")]
    public async Task Extract_Names_AreDecodedByFlagsAndContent(int flags, string hex, string name)
    {
        byte[] raw = hex.Contains('.', StringComparison.Ordinal)
            ? [.. Convert.FromHexString(hex[..hex.IndexOf('.', StringComparison.Ordinal)]), .. ".txt"u8]
            : Convert.FromHexString(hex);
        new ZipForge().Add("x", s_text, entry => (entry.Name, entry.Flags) = (raw, flags)).Save(Archive);

        await ExtractAsync();

        Assert.Equal([name], Names());
    }

    [Fact]
    public async Task UnicodePathField_MatchingChecksum_GivesName()
    {
        byte[] path = Encoding.UTF8.GetBytes("日本");
        byte[] Field(byte[] content, byte version = 1, uint? crc = null, string of = "")
        {
            byte[] field = new byte[9];
            LittleEndian.Put(field, 0, 0x7075, 2);
            LittleEndian.Put(field, 2, (ulong)(5 + content.Length), 2);
            field[4] = version;
            LittleEndian.Put(
                field, 5, crc ?? Crc.Crc32.Append(0, Encoding.ASCII.GetBytes(of), 0, of.Length), 4);
            return [.. field, .. content];
        }

        new ZipForge()
            .Add("a", s_text, entry => (entry.Flags, entry.Extra) = (0, Field(path, of: "a")))
            .Add("b", s_text, entry => (entry.Flags, entry.Extra) = (0, Field(path, crc: 7)))
            .Add("c", s_text, entry => (entry.Flags, entry.Extra) = (0, Field(path, version: 2, of: "c")))
            .Add("d", s_text, entry => (entry.Flags, entry.Extra) = (0, Field([], of: "d")))
            .Add("e", s_text, entry => (entry.Flags, entry.Extra) = (0x0800, Field(path, of: "e"))).Save(Archive);

        await ExtractAsync();

        Assert.Equal(["b", "c", "d", "e", "日本"], Names());
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Extract_Permissions_KeptWithoutSetUserId()
    {
        new ZipForge()
            .Add("run", s_text, entry => entry.Attributes = 0x8FEDu << 16)
            .Add("read", s_text, entry => entry.Attributes = 0x8124u << 16)
            .Add("plain", s_text, entry => (entry.Host, entry.Attributes) = (0, (0x81FFu << 16) | 0x20u))
            .Add("none/", change: entry => entry.Attributes = 0x4000u << 16).Save(Archive);

        await ExtractAsync();

        Assert.Equal(Mode(0b111_101_101), ModeOf("run"));
        Assert.Equal(Mode(0b100_100_100), ModeOf("read"));
        Assert.Equal(Mode(0b110_000_000), ModeOf("plain") & Mode(0b111_001_001));
        Assert.True(
            ModeOf("none").HasFlag(Mode(0b111_000_000)), "A folder that its owner cannot enter cannot be removed.");
        Assert.Equal(ModeOf("."), ModeOf("none"));
    }

    [Fact]
    public async Task Times_PreferUnixThenNtfsThenDos()
    {
        byte[] unix = [0x55, 0x54, 5, 0, 1, 0, 0xca, 0x9a, 0x3b];
        byte[] ntfs = new byte[36];
        LittleEndian.Put(ntfs, 0, 0x000A, 2);
        LittleEndian.Put(ntfs, 2, 32, 2);
        LittleEndian.Put(ntfs, 8, 1, 2);
        LittleEndian.Put(ntfs, 10, 24, 2);
        DateTime second = new(2015, 6, 7, 8, 9, 10, DateTimeKind.Utc);
        LittleEndian.Put(ntfs, 12, (ulong)second.ToFileTimeUtc(), 8);
        new ZipForge()
            .Add("unix", s_text, entry => entry.Extra = [.. ntfs, .. unix])
            .Add("ntfs", s_text, entry => entry.Extra = ntfs)
            .Add(
                "dos", s_text, entry => (entry.Date, entry.Time) = ((45 << 9) | (2 << 5) | 3, (4 << 11) | (5 << 5) | 3))
            .Add("none", s_text, entry => entry.Date = 0)
            .Add("folder/", change: entry => entry.Extra = unix)
            .Add("folder/file", s_text).Save(Archive);

        await ExtractAsync();

        DateTime first = DateTime.UnixEpoch.AddSeconds(1_000_000_000 / 256 * 256);
        Assert.Equal(first, TimeOf("unix"));
        Assert.Equal(second, TimeOf("ntfs"));
        Assert.Equal(new DateTime(2025, 2, 3, 4, 5, 6, DateTimeKind.Local).ToUniversalTime(), TimeOf("dos"));
        Assert.True(TimeOf("none").Year > 2020);
        Assert.Equal(first, Directory.GetLastWriteTimeUtc(Path.Combine(Destination, "folder")));
    }

    [Fact]
    public async Task Times_FromMacOS_ComeFromOldUnixField()
    {
        // The access time, then the modification time.
        byte[] old = [0x55, 0x58, 8, 0, 1, 2, 3, 4, 0, 0xca, 0x9a, 0x3b];
        byte[] unix = [0x55, 0x54, 5, 0, 1, 0, 0xca, 0x9a, 0x3c];
        new ZipForge().Add("mac", s_text, entry => entry.Extra = old)
            .Add("both", s_text, entry => entry.Extra = [.. old, .. unix]).Save(Archive);

        await ExtractAsync();

        Assert.Equal(DateTime.UnixEpoch.AddSeconds(0x3b9aca00), TimeOf("mac"));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(0x3c9aca00), TimeOf("both"));
    }

    [Theory]
    [InlineData(2039, 2_177_452_800)]
    [InlineData(1980, 2_177_452_800 - (1L << 32))]
    public async Task Times_After2037_AreUnsignedIfDosYearAgrees(int year, long seconds)
    {
        byte[] unix = new byte[9];
        new byte[] { 0x55, 0x54, 5, 0, 1 }.CopyTo(unix, 0);
        LittleEndian.Put(unix, 5, 2_177_452_800, 4);
        new ZipForge()
            .Add("a", s_text, entry => (entry.Extra, entry.Date) = (unix, ((year - 1980) << 9) | (1 << 5) | 1))
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(DateTime.UnixEpoch.AddSeconds(seconds), TimeOf("a"));
    }

    [UnixFact]
    public async Task Extract_LinkTime_IsSetOnLink()
    {
        byte[] unix = [0x55, 0x54, 5, 0, 1, 0, 0xca, 0x9a, 0x3b];
        new ZipForge().Add("a", s_text).Add("l", "a"u8.ToArray(), entry =>
            (entry.Attributes, entry.Extra) = (0xA1FFu << 16, unix)).Save(Archive);

        await ExtractAsync();

        Assert.Equal(DateTime.UnixEpoch.AddSeconds(0x3b9aca00), TimeOf("l"));
        Assert.NotEqual(DateTime.UnixEpoch.AddSeconds(0x3b9aca00), TimeOf("a"));
    }

    // Only an access time; too short; truncated; another tag; empty; out of range; unusual padding.
    [Theory]
    [InlineData("5554 0500 02 00ca9a3b")]
    [InlineData("5554 0100 01")]
    [InlineData("5554 0500 01 00ca")]
    [InlineData("0a00 2000 00000000 0200 1800 00005c3a9fa0d001 00005c3a9fa0d001 00005c3a9fa0d001")]
    [InlineData("0a00 2000 00000000 0100 1800 0000000000000000 0000000000000000 0000000000000000")]
    [InlineData("0a00 2000 00000000 0100 1800 ffffffffffffffff ffffffffffffffff ffffffffffffffff")]
    [InlineData("0a00 0600 00000000 0100")]
    [InlineData("7777 0000 000000")]
    public async Task Times_FieldWithoutTime_UsesDosTime(string hex)
    {
        byte[] extra = Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal));
        new ZipForge().Add("a", s_text, entry => (entry.Extra, entry.Date) = (extra, (45 << 9) | (2 << 5) | 3))
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(new DateTime(2025, 2, 3, 0, 0, 0, DateTimeKind.Local).ToUniversalTime(), TimeOf("a"));
    }

    [Fact]
    public async Task Extract_EmptyFolders_AreKept()
    {
        new ZipForge().Add("a/empty/").Add("b/").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["a", "a/empty", "b"], Names());
    }

    [Fact]
    public async Task Extract_ProgramBeforeZip_Succeeds()
    {
        new ZipForge().Add("a", s_text).Save(Archive, prefix: Tree.Text(5000));

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    [Fact]
    public async Task Extract_LongPath_Succeeds()
    {
        string name = string.Concat(Enumerable.Repeat("directory/", 390)) + "file";
        new ZipForge().Add(name, s_text).Save(Archive);

        await ExtractAsync();

        Assert.Equal("some text", Read(name));
    }

    [Theory]
    [InlineData(0x81A4u, "")]
    [InlineData(0xA1FFu, "")]
    [InlineData(0x41EDu, "/")]
    public async Task Extract_NameInvalidOnSystem_ErrorNamesIt(uint mode, string end)
    {
        string name = new('n', 300);
        new ZipForge().Add("a", s_text)
            .Add(name + end, end.Length > 0 ? [] : "a"u8.ToArray(), entry => entry.Attributes = mode << 16)
            .Save(Archive);

        Assert.Equal(name, (await RefusedAsync(ArchiveFault.Storage)).Entry);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_EmptyZip_CreatesEmptyFolder(bool isZip64)
    {
        new ZipForge { IsZip64 = isZip64 }.Save(Archive);

        await ExtractAsync();

        Assert.Empty(Names());
    }

    [Fact]
    public async Task Extract_ManyFilesOnManyThreads_Succeeds()
    {
        ZipForge zip = new();
        Dictionary<string, byte[]> files = new();
        for (int index = 0; index < 300; index++)
        {
            files[$"d{index % 7}/f{index}"] = Tree.Text(index * 331, index);
            zip.Add($"d{index % 7}/f{index}", files[$"d{index % 7}/f{index}"]);
        }

        zip.Save(Archive);

        await new ArchiveExtractor { Threads = 8 }.ExtractAsync(Archive, Destination);

        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(Destination, file.Key))));
    }

    [Fact]
    public async Task Extract_Progress_EndsWithTotals()
    {
        new ZipForge().Add("a", Tree.Noise(9 << 20)).Add("folder/b", Tree.Noise(9 << 20)).Save(Archive);
        Recorder progress = new();

        await new ArchiveExtractor().ExtractAsync(Archive, Destination, progress: progress);

        Assert.True(progress.Seen.Count > 2);
        Assert.Equal(progress.Seen.Select(each => each.Bytes).Order(), progress.Seen.Select(each => each.Bytes));
        Assert.Equal(new ArchiveProgress(18 << 20, 18 << 20, 3, 3), progress.Seen[^1]);
    }

    private static UnixFileMode Mode(int bits) => (UnixFileMode)bits;

    [UnsupportedOSPlatform("windows")]
    private UnixFileMode ModeOf(string name) => File.GetUnixFileMode(Path.Combine(Destination, name));

    private DateTime TimeOf(string name) => File.GetLastWriteTimeUtc(Path.Combine(Destination, name));
}

/// <summary>Records reported progress synchronously.</summary>
internal sealed class Recorder : IProgress<ArchiveProgress>
{
    public List<ArchiveProgress> Seen { get; } = new();

    public Action<ArchiveProgress>? Then { get; init; }

    public void Report(ArchiveProgress value)
    {
        lock (Seen)
        {
            Seen.Add(value);
        }

        Then?.Invoke(value);
    }
}
