using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ZipRoundTripTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task PackAndExtract_Folder_RoundTrips()
    {
        string source = _temp.PathOf("source");
        Tree.Make(source, new Dictionary<string, byte[]?>
        {
            ["a.txt"] = "hello"u8.ToArray(),
            ["zero"] = [],
            ["empty/"] = null,
            ["deep/er/ünïcode – 漢字 😀.txt"] = Tree.Text(200_000),
            ["large"] = Tree.Text((3 * ZipPacker.SmallFile) + 17),
            ["random"] = Tree.Noise(ZipPacker.SmallFile * 2),
            ["small-random"] = Tree.Noise(1000),
        });

        PackResult packed = await Tree.PackAsync(source, _temp.PathOf("a.zip"));
        ExtractionResult expanded = await new ArchiveExtractor()
            .ExtractAsync(_temp.PathOf("a.zip"), _temp.PathOf("out"));

        Assert.Equal(Tree.Describe(source), Tree.Describe(_temp.PathOf("out")));
        Assert.Equal((7, packed.Bytes), (packed.Entries, expanded.Bytes));
        Assert.Equal(new FileInfo(_temp.PathOf("a.zip")).Length, packed.ArchiveBytes);
        Assert.Equal(ArchiveFormat.Zip, expanded.Format);
    }

    [Fact]
    public async Task Pack_EmptyFolder_CreatesValidEmptyZip()
    {
        Directory.CreateDirectory(_temp.PathOf("source"));

        await Tree.PackAsync(_temp.PathOf("source"), _temp.PathOf("a.zip"));
        await new ArchiveExtractor().ExtractAsync(_temp.PathOf("a.zip"), _temp.PathOf("out"));

        Assert.Equal(22, new FileInfo(_temp.PathOf("a.zip")).Length);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.PathOf("out")));
    }

    [Fact]
    public async Task Pack_SingleFile_UsesItsName()
    {
        _temp.Write("report.txt", "text");

        await Tree.PackAsync(_temp.PathOf("report.txt"), _temp.PathOf("a.zip"));
        await new ArchiveExtractor().ExtractAsync(_temp.PathOf("a.zip"), _temp.PathOf("out"));

        Assert.Equal("text", File.ReadAllText(Path.Combine(_temp.PathOf("out"), "report.txt")));
        Assert.Single(Directory.EnumerateFileSystemEntries(_temp.PathOf("out")));
    }
}
