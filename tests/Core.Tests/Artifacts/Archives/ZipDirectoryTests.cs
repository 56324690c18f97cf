using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests the directory of a zip: zip64 and inconsistent values.</summary>
public sealed class ZipDirectoryTests : ExtractionTest
{
    private const int EndSize = 22;
    private const int LocatorSize = 20;
    private const int Zip64EndSize = 56;
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("some text");

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task Zip64_DataBeforeZip_IsExpanded(int before)
    {
        new ZipForge { IsZip64 = true }.Add("a", s_text).Add("d/b", Tree.Text(5000))
            .Save(Archive, prefix: Tree.Text(before));

        await ExtractAsync();

        Assert.Equal(["a", "d", "d/b"], Names());
        Assert.Equal("some text", Read("a"));
        Assert.Equal(Tree.Text(5000), File.ReadAllBytes(Path.Combine(Destination, "d/b")));
    }

    [Fact]
    public async Task Zip64_MissingEndRecord_IsDamaged()
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        zip[zip.Length - EndSize - LocatorSize - Zip64EndSize] ^= 1;
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("zip64", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zip64_MissingLocator_IsDamaged()
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        zip[zip.Length - EndSize - LocatorSize] ^= 1;
        File.WriteAllBytes(Archive, zip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    // The count of entries, the size of the directory and its offset.
    [Theory]
    [InlineData(32, ulong.MaxValue)]
    [InlineData(32, 1000ul)]
    [InlineData(40, ulong.MaxValue)]
    [InlineData(40, long.MaxValue)]
    [InlineData(40, 1ul << 40)]
    [InlineData(48, ulong.MaxValue)]
    [InlineData(48, 1ul << 40)]
    public async Task Zip64_FalseEndRecord_IsDamaged(int at, ulong value)
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize - LocatorSize - Zip64EndSize + at, value, 8);
        File.WriteAllBytes(Archive, zip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    // The size, the compressed size and the offset of the header.
    [Theory]
    [InlineData(4, ulong.MaxValue)]
    [InlineData(4, 1ul << 50)]
    [InlineData(12, ulong.MaxValue)]
    [InlineData(12, 1ul << 50)]
    [InlineData(20, ulong.MaxValue)]
    [InlineData(20, 1ul << 50)]
    public async Task Zip64_FalseExtraField_IsDamaged(int at, ulong value)
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        LittleEndian.Put(zip, DirectoryOf(zip) + 46 + 1 + at, value, 8);
        File.WriteAllBytes(Archive, zip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Zip64_ShortExtraField_IsDamaged(int length)
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        int field = DirectoryOf(zip) + 46 + 1;
        LittleEndian.Put(zip, field + 2, (ulong)length, 2);

        // The truncated field is an unknown one.
        LittleEndian.Put(zip, field + 4 + length, 0x7777, 2);
        LittleEndian.Put(zip, field + 4 + length + 2, (ulong)(24 - length - 4), 2);
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("zip64", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    // Programs with zip64 set the fields that are too small to all ones, and may keep the others.
    [Theory]
    [InlineData(4, 2)]
    [InlineData(10, 2)]
    [InlineData(12, 4)]
    [InlineData(16, 4)]
    public async Task Zip64_AnyFieldOfEndRecord_SelectsZip64(int at, int length)
    {
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        int end = zip.Length - EndSize;
        int wide = end - LocatorSize - Zip64EndSize;
        LittleEndian.Put(zip, end + 4, 0, 4);
        LittleEndian.Put(zip, end + 10, 1, 2);
        Array.Copy(zip, wide + 40, zip, end + 12, 4);
        Array.Copy(zip, wide + 48, zip, end + 16, 4);
        LittleEndian.Put(zip, end + at, ulong.MaxValue, length);
        File.WriteAllBytes(Archive, zip);

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    // Like zip when it reads from a pipe, and bsdtar with zip64 enabled.
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task Zip64_WithRealPlainNumbers_IsExpanded(int before)
    {
        byte[] zip = [.. Tree.Text(before), .. WithRealNumbers(new ZipForge { IsZip64 = true }.Add("a", s_text))];
        File.WriteAllBytes(Archive, zip);

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    // The count of entries, the size of the directory and its offset.
    [Theory]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(16)]
    public async Task Zip64_EndRecordsDiffer_IsDamaged(int at)
    {
        byte[] zip = WithRealNumbers(new ZipForge { IsZip64 = true }.Add("a", s_text));
        zip[zip.Length - EndSize + at] ^= 1;
        File.WriteAllBytes(Archive, zip);

        Assert.Contains(
            "end records differ", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zip64_GapBeforeLocator_IsDamaged()
    {
        // Other programs search for it directly before the locator and may find another one.
        byte[] zip = new ZipForge { IsZip64 = true }.Add("a", s_text).Build();
        int locator = zip.Length - EndSize - LocatorSize;
        File.WriteAllBytes(Archive, [.. zip[..locator], .. new byte[60], .. zip[locator..]]);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    // More than 16 bits can hold, as programs without zip64 write it.
    [Theory]
    [InlineData(65_536)]
    [InlineData(65_539)]
    public async Task EntryCount_Wrapped_ReadsAllEntries(int entries)
    {
        ZipForge zip = new();
        for (int index = 0; index < entries; index++)
        {
            zip.Add($"d{index % 100}/{index}", [], entry => entry.Method = 0);
        }

        zip.Save(Archive);

        Assert.Equal(entries + 100, (await ExtractAsync()).Entries);
        Assert.True(File.Exists(Path.Combine(Destination, $"d{(entries - 1) % 100}/{entries - 1}")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task EntryCount_TooSmall_IsDamaged(ulong count)
    {
        byte[] zip = new ZipForge().Add("a", s_text).Add("b", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize + 8, count, 2);
        LittleEndian.Put(zip, zip.Length - EndSize + 10, count, 2);
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("has 2", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntryCount_OfDiskDiffers_IsDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Add("b", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize + 8, 1, 2);
        File.WriteAllBytes(Archive, zip);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task Directory_MissingForEntry_IsDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        byte[] end = new byte[EndSize];
        LittleEndian.Put(end, 0, 0x06054b50, 4);
        LittleEndian.Put(end, 16, (ulong)DirectoryOf(zip), 4);
        File.WriteAllBytes(Archive, [.. zip[..DirectoryOf(zip)], .. end]);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_240)]
    [InlineData(70_000)]
    public async Task TrailingData_IsIgnored(int length)
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        File.AppendAllText(Archive, new string('z', length));

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    [Fact]
    public async Task TrailingData_TooLong_IsDamaged()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        File.AppendAllText(Archive, new string('z', 300_000));

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task NestedZip_OuterTruncated_IsDamaged()
    {
        // The rest ends with the complete inner zip and some bytes.
        byte[] inner = new ZipForge().Add("inner", s_text).Build();
        byte[] zip = new ZipForge().Add("in.zip", inner, entry => entry.Method = 0).Add("b", Tree.Noise(500)).Build();
        File.WriteAllBytes(Archive, zip[..(30 + 6 + inner.Length + 100)]);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Fact]
    public async Task SplitZip_FirstPart_IsUnsupported()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        File.WriteAllBytes(Archive, [0x50, 0x4B, 7, 8, .. zip[..40]]);

        Assert.Contains("split zip", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Directory_DigitalSignature_IsIgnored(int length)
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        byte[] signature = new byte[6 + length];
        LittleEndian.Put(signature, 0, 0x05054b50, 4);
        LittleEndian.Put(signature, 4, (ulong)length, 2);
        int end = zip.Length - EndSize;
        LittleEndian.Put(zip, end + 12, (ulong)(end - DirectoryOf(zip) + signature.Length), 4);
        File.WriteAllBytes(Archive, [.. zip[..end], .. signature, .. zip[end..]]);

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    // The compressed size, the size and the offset of the header; no field.
    [Theory]
    [InlineData(20, 11ul)]
    [InlineData(24, 9ul)]
    [InlineData(42, 0ul)]
    [InlineData(0, 77ul)]
    public async Task Zip64_ExtraField_HoldsOnlyDeferredValues(int at, ulong value)
    {
        byte[] field = new byte[12];
        LittleEndian.Put(field, 0, 1, 2);
        LittleEndian.Put(field, 2, 8, 2);
        LittleEndian.Put(field, 4, value, 8);
        byte[] zip = new ZipForge().Add("a", s_text, entry => entry.Extra = field).Build();
        if (at > 0)
        {
            Assert.Equal(value, LittleEndian.UInt32(zip, DirectoryOf(zip) + at));
            LittleEndian.Put(zip, DirectoryOf(zip) + at, uint.MaxValue, 4);
        }

        File.WriteAllBytes(Archive, zip);

        await ExtractAsync();

        Assert.Equal("some text", Read("a"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task SplitZip_AnyPart_IsUnsupported(int at)
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize + at, 1, 2);
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("split zip", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_BeyondFile_IsDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize + 16, 1000, 4);
        File.WriteAllBytes(Archive, zip);

        Assert.Contains(
            "not at the offset", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_TooShortForCount_IsDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        LittleEndian.Put(zip, zip.Length - EndSize + 10, 2, 2);
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("too short", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    // The signature; lengths of the name, extra fields and comment beyond the end.
    [Theory]
    [InlineData(0)]
    [InlineData(29)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public async Task Directory_Altered_IsDamaged(int at)
    {
        byte[] zip = new ZipForge().Add("a", s_text, entry => entry.Extra = [0x77, 0x77, 0, 0]).Build();
        zip[DirectoryOf(zip) + at] ^= 1;
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("truncated", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    public async Task ArchiveComment_IsIgnored(int length)
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        LittleEndian.Put(zip, zip.Length - 2, (ulong)length, 2);

        // It contains a false end record.
        byte[] comment = [.. Enumerable.Repeat((byte)'c', length)];
        if (length > 1000)
        {
            LittleEndian.Put(comment, 500, 0x06054b50, 4);
        }

        File.WriteAllBytes(Archive, [.. zip, .. comment]);

        await ExtractAsync();

        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task ArchiveComment_LikeEndRecord_IsIgnored()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Build();
        byte[] comment = new byte[EndSize];
        comment[0] = (byte)'P';
        LittleEndian.Put(zip, zip.Length - 2, (ulong)comment.Length, 2);
        File.WriteAllBytes(Archive, [.. zip, .. comment]);

        await ExtractAsync();

        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task EntryCommentsAndLocalFields_AreIgnored()
    {
        void Change(ForgedEntry entry)
        {
            entry.Comment = Tree.Text(100);
            entry.LocalExtra = [0x77, 0x77, 3, 0, 1, 2, 3];
        }

        new ZipForge().Add("a", s_text, Change).Add("b", Tree.Text(500), Change).Save(Archive);

        await ExtractAsync();

        Assert.Equal(("some text", Encoding.ASCII.GetString(Tree.Text(500))), (Read("a"), Read("b")));
    }

    [Fact]
    public async Task LocalFields_OverlapNextEntry_AreDamaged()
    {
        byte[] zip = new ZipForge().Add("a", s_text).Add("b", s_text).Build();
        zip[28] = 1;
        File.WriteAllBytes(Archive, zip);

        Assert.Contains("overlaps", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_InOtherOrderThanData_IsRead()
    {
        byte[] zip = new ZipForge().Add("a", "first"u8.ToArray()).Add("b", "second"u8.ToArray()).Build();
        int directory = DirectoryOf(zip);
        byte[] first = zip[directory..(directory + 47)];
        Array.Copy(zip, directory + 47, zip, directory, 47);
        first.CopyTo(zip, directory + 47);
        File.WriteAllBytes(Archive, zip);

        await ExtractAsync();

        Assert.Equal(("first", "second"), (Read("a"), Read("b")));
    }

    [Fact]
    public async Task StoredEntry_SizesDiffer_IsDamaged()
    {
        new ZipForge().Add("a", s_text, entry => (entry.Method, entry.Size) = (0, 8)).Save(Archive);

        Assert.Contains("two sizes", (await RefusedAsync(ArchiveFault.Damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_WithContent_IsDamaged()
    {
        new ZipForge().Add("d/", s_text).Save(Archive);

        Assert.Equal("d/", (await RefusedAsync(ArchiveFault.Damaged)).Entry);
    }

    [Theory]
    [InlineData(0x0010u, 0, "d", "d")]
    [InlineData(0x0020u, 0, "d/", "d")]
    [InlineData(0u, 3, "d/", "d")]
    [InlineData(0x41EDu << 16, 3, "d", "d")]
    public async Task Folder_DetectedByAttributeTypeOrName(uint attributes, int host, string name, string expected)
    {
        new ZipForge()
            .Add(name, change: entry => (entry.Host, entry.Attributes, entry.Method) = (host, attributes, 0))
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal([expected], Names());
        Assert.True(Directory.Exists(Path.Combine(Destination, expected)));
    }

    // Without content, from DOS or Unix; with the folder attribute but the type of a file, or with content; with the
    // type of a symbolic link from a system without types.
    [Theory]
    [InlineData(0x20u, 0, "")]
    [InlineData(0x81A4u << 16, 3, "")]
    [InlineData((0x81A4u << 16) | 0x10, 3, "")]
    [InlineData(0x10u, 0, "x")]
    [InlineData(0xA1FFu << 16, 0, "x")]
    public async Task File_NotDetectedAsFolder(uint attributes, int host, string content)
    {
        new ZipForge()
            .Add("a", Encoding.ASCII.GetBytes(content), entry => (entry.Host, entry.Attributes) = (host, attributes))
            .Save(Archive);

        await ExtractAsync();

        Assert.Equal(content, Read("a"));
    }

    [Fact]
    public async Task Link_NamedLikeFolder_IsUnsafe()
    {
        new ZipForge().Add("a", s_text).AddLink("link/", "a").Save(Archive);

        Assert.Equal("link/", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Theory]
    [InlineData(0x0001)]
    [InlineData(0x0040)]
    [InlineData(0x2000)]
    public async Task Encryption_AnyKind_IsUnsupported(int flag)
    {
        new ZipForge().Add("a", s_text, entry => entry.Flags |= flag).Save(Archive);

        Assert.Contains("encrypted", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0020, 8, "number 8")]
    [InlineData(0, 95, "xz")]
    [InlineData(0, 99, "AES")]
    public async Task Compression_PatchedOrRare_IsUnsupported(int flag, int method, string word)
    {
        new ZipForge().Add("a", s_text, entry =>
        {
            entry.Flags |= flag;
            entry.Method = method;
        }).Save(Archive);

        Assert.Contains(word, (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_TargetTooLong_IsUnsafe()
    {
        new ZipForge().AddLink("link", new string('x', 4097)).Save(Archive);

        Assert.Equal("link", (await RefusedAsync(ArchiveFault.Unsafe)).Entry);
    }

    [Fact]
    public async Task Link_TargetNotUtf8_IsUnsafe()
    {
        new ZipForge().Add("link", [0xFF, 0xFE], entry => entry.Attributes = 0xA1FFu << 16).Save(Archive);

        Assert.Contains("not valid UTF-8", (await RefusedAsync(ArchiveFault.Unsafe)).Message, StringComparison.Ordinal);
    }

    // Month 0 and 13, day 0, day 31 in a month of 30, hour 24, minute 60, second 60.
    [Theory]
    [InlineData((45 << 9) | (0 << 5) | 1, 0)]
    [InlineData((45 << 9) | (13 << 5) | 1, 0)]
    [InlineData((45 << 9) | (1 << 5) | 0, 0)]
    [InlineData((45 << 9) | (4 << 5) | 31, 0)]
    [InlineData((45 << 9) | (1 << 5) | 1, 24 << 11)]
    [InlineData((45 << 9) | (1 << 5) | 1, 60 << 5)]
    [InlineData((45 << 9) | (1 << 5) | 1, 30)]
    public async Task Time_Invalid_IsIgnored(int date, int time)
    {
        new ZipForge().Add("a", s_text, entry => (entry.Date, entry.Time) = (date, time)).Save(Archive);
        DateTime before = DateTime.UtcNow.AddMinutes(-1);

        await ExtractAsync();

        Assert.InRange(File.GetLastWriteTimeUtc(Path.Combine(Destination, "a")), before, DateTime.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData(1980, 1, 1, 0, 0, 0)]
    [InlineData(2024, 2, 29, 0, 0, 2)]
    [InlineData(2025, 12, 31, 23, 59, 58)]
    public async Task Time_AtBoundary_IsKept(int year, int month, int day, int hour, int minute, int second)
    {
        int date = ((year - 1980) << 9) | (month << 5) | day;
        int time = (hour << 11) | (minute << 5) | (second / 2);
        new ZipForge().Add("a", s_text, entry => (entry.Date, entry.Time) = (date, time)).Save(Archive);

        await ExtractAsync();

        Assert.Equal(
            new DateTime(year, month, day, hour, minute, second, DateTimeKind.Local).ToUniversalTime(),
            File.GetLastWriteTimeUtc(Path.Combine(Destination, "a")));
    }

    private static byte[] WithRealNumbers(ZipForge forge)
    {
        byte[] zip = forge.Build();
        int end = zip.Length - EndSize;
        int wide = end - LocatorSize - Zip64EndSize;
        LittleEndian.Put(zip, end + 4, 0, 4);
        Array.Copy(zip, wide + 24, zip, end + 8, 2);
        Array.Copy(zip, wide + 32, zip, end + 10, 2);
        Array.Copy(zip, wide + 40, zip, end + 12, 4);
        Array.Copy(zip, wide + 48, zip, end + 16, 4);
        return zip;
    }

    private static int DirectoryOf(byte[] zip) => zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
}
