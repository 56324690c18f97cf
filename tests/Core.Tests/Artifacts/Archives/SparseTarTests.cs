using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests sparse files in all formats of GNU tar and bsdtar.</summary>
public sealed class SparseTarTests : ExtractionTest
{
    private const int Size = 100_000;
    private static readonly (int Offset, int Length)[] s_pieces = [(1000, 5), (50_000, 700), (Size, 0)];

    public static IEnumerable<object[]> Forms =>
        new[] { "gnu", "0.0", "0.1", "1.0" }.Select(form => new object[] { form });

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseFile_HasHoles(string form)
    {
        Make(form, s_pieces, Size).Add("last", "more").Save(Archive);

        await ExtractAsync();

        Assert.Equal(["folder", "folder/sparse", "last"], Names());
        Assert.Equal(Content(s_pieces, Size), File.ReadAllBytes(Path.Combine(Destination, "folder/sparse")));
        Assert.Equal("more", Read("last"));
        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1_000_000_000),
            File.GetLastWriteTimeUtc(Path.Combine(Destination, "folder/sparse")));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseFile_ManyRanges_AreRead(string form)
    {
        // More than fit in the header and one extension block.
        (int Offset, int Length)[] pieces = [.. Enumerable.Range(0, 60).Select(index => (index * 1000, 1 + index))];
        Make(form, pieces, Size).Save(Archive);

        await ExtractAsync();

        Assert.Equal(Content(pieces, Size), File.ReadAllBytes(Path.Combine(Destination, "folder/sparse")));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseFile_OnlyHoles_IsExpanded(string form)
    {
        Make(form, [], Size).Save(Archive);

        await ExtractAsync();

        Assert.Equal(new byte[Size], File.ReadAllBytes(Path.Combine(Destination, "folder/sparse")));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseFile_Holes_CountForLimits(string form)
    {
        Make(form, [(0, 5)], 100_000_000).Save(Archive);

        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { MaxBytes = 100_000_000 });
        await RefusedAsync(ArchiveFault.TooLarge, new ExtractionLimits { RatioFloor = 1 << 20 });
        await ExtractAsync(new ExtractionLimits { MaxBytes = 100_000_000 + 4096 });
        Assert.Equal(100_000_000, new FileInfo(Path.Combine(Destination, "folder/sparse")).Length);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseMap_RangeBeyondFile_IsDamaged(string form)
    {
        Make(form, [(0, 5), (Size - 2, 3)], Size).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseMap_OverlappingRanges_AreDamaged(string form)
    {
        Make(form, [(1000, 50), (1049, 5)], Size).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseMap_MissingData_IsDamaged(string form)
    {
        Make(form, [(0, 5), (1000, 6)], Size, content: new byte[10]).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task SparseFile_AnyTruncation_IsDamaged(string form)
    {
        byte[] tar = Make(form, s_pieces, Size).Build(end: false);
        for (int length = tar.Length - 1; length > 600; length -= 211)
        {
            File.WriteAllBytes(Archive, tar[..length]);

            await RefusedAsync(ArchiveFault.Damaged);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x\n")]
    [InlineData("-1\n")]
    [InlineData("1\n0\n")]
    [InlineData("1\n0\n5")]
    [InlineData("1\n0\nfive\n")]
    [InlineData("99999999999\n0\n5\n")]
    public async Task SparseMap_InvalidInData_IsDamaged(string map)
    {
        new TarForge().AddPax(
            'x', ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "folder/sparse"),
            ("GNU.sparse.realsize", "100")).Add("x", Padded(map).Concat("texts"u8.ToArray()).ToArray()).Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData("GNU.sparse.map=0,5,9")]
    [InlineData("GNU.sparse.map=0,x")]
    [InlineData("GNU.sparse.map=0,5;GNU.sparse.numblocks=2")]
    [InlineData("GNU.sparse.numbytes=5;GNU.sparse.offset=0")]
    [InlineData("GNU.sparse.offset=0;GNU.sparse.offset=5")]
    [InlineData("GNU.sparse.size=-1;GNU.sparse.map=0,5")]
    [InlineData("GNU.sparse.size=;GNU.sparse.map=0,5")]
    public async Task SparseMap_InvalidRecords_AreDamaged(string records)
    {
        IEnumerable<(string, string)> given =
            records.Split(';').Select(each => (each.Split('=')[0], each.Split('=')[1]));
        (string, string)[] pairs = [("GNU.sparse.size", "100"), .. given];
        new TarForge().AddPax('x', pairs).Add("x", "texts").Save(Archive);

        await RefusedAsync(ArchiveFault.Damaged);
    }

    [Theory]
    [InlineData("GNU.sparse.major=2")]
    [InlineData("SCHILY.realsize=100")]
    [InlineData("SUN.holesdata= 0 5")]
    public async Task SparseFile_OtherFormat_IsUnsupported(string record)
    {
        new TarForge().AddPax('x', (record.Split('=')[0], record.Split('=')[1])).Add("x", "texts").Save(Archive);

        Assert.Contains("sparse", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparseFile_OfStar_IsUnsupported()
    {
        Make("gnu", [(0, 5)], Size).Change(0, 508, "tar\0").Save(Archive);

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    private static byte[] Content((int Offset, int Length)[] pieces, int size)
    {
        byte[] content = new byte[size];
        foreach ((int offset, int length) in pieces)
        {
            content.AsSpan(offset, length).Fill((byte)'x');
        }

        return content;
    }

    private static TarForge Make(string form, (int Offset, int Length)[] pieces, int size, byte[]? content = null)
    {
        content ??= [.. Enumerable.Repeat((byte)'x', pieces.Sum(each => each.Length))];
        TarForge tar = new();
        if (form == "gnu")
        {
            return MakeGnu(tar, pieces, size, content);
        }

        string real = $"{size}";
        List<(string, string)> records = form switch
        {
            "0.0" => [("GNU.sparse.size", real), ("GNU.sparse.numblocks", $"{pieces.Length}")],
            "0.1" =>
            [
                ("GNU.sparse.size", real), ("GNU.sparse.numblocks", $"{pieces.Length}"),
                ("GNU.sparse.name", "folder/sparse"),
                ("GNU.sparse.map", string.Join(',', pieces.Select(each => $"{each.Offset},{each.Length}"))),
            ],
            _ =>
            [
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "folder/sparse"),
                ("GNU.sparse.realsize", real),
            ],
        };
        if (form == "0.0")
        {
            records.Add(("path", "folder/sparse"));
            records.AddRange(pieces.SelectMany(each => new[]
            {
                ("GNU.sparse.offset", $"{each.Offset}"), ("GNU.sparse.numbytes", $"{each.Length}"),
            }));
        }

        byte[] map = form == "1.0"
            ? Padded($"{pieces.Length}\n" + string.Concat(pieces.Select(each => $"{each.Offset}\n{each.Length}\n")))
            : [];
        return tar.AddPax('x', [.. records]).Add("folder/GNUSparseFile.1/sparse", [.. map, .. content]);
    }

    private static TarForge MakeGnu(TarForge tar, (int Offset, int Length)[] pieces, int size, byte[] content)
    {
        byte[] pairs = Encoding.ASCII.GetBytes(
            string.Concat(pieces.Select(each => Octal(each.Offset) + Octal(each.Length))));
        bool isMore = pieces.Length > 4;
        byte[] head = new byte[97 + 1 + 12];
        pairs.AsSpan(0, Math.Min(pairs.Length, 96)).CopyTo(head);
        head[96] = isMore ? (byte)1 : (byte)0;
        Encoding.ASCII.GetBytes(Octal(size)).CopyTo(head, 97);
        tar.Add("folder/sparse", type: 'S', size: content.Length, magic: "ustar  \0").Change(0, 386, head);
        for (int at = 96; at < pairs.Length; at += 21 * 24)
        {
            byte[] block = new byte[512];
            pairs.AsSpan(at, Math.Min(pairs.Length - at, 21 * 24)).CopyTo(block);
            block[504] = at + (21 * 24) < pairs.Length ? (byte)1 : (byte)0;
            tar.AddBlocks(block);
        }

        return tar.AddBlocks(content);
    }

    private static string Octal(int value) => Convert.ToString(value, 8).PadLeft(11, '0') + "\0";

    private static byte[] Padded(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        return [.. bytes, .. new byte[(512 - (bytes.Length % 512)) % 512]];
    }
}
