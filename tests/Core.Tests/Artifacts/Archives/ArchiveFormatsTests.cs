using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ArchiveFormatsTests : ExtractionTest
{
    [Fact]
    public void Detect_Content_DeterminesFormat()
    {
        byte[] zip = new ZipForge().Add("a", "x"u8.ToArray()).Build();
        byte[] tar = new TarForge().Add("a", "x").Build();

        Assert.Equal(ArchiveFormat.Zip, Detect(zip));
        Assert.Equal(ArchiveFormat.Zip, Detect(new ZipForge().Build()));
        Assert.Equal(ArchiveFormat.Zip, Detect([.. Tree.Text(100_000), .. zip]));
        Assert.Equal(ArchiveFormat.Tar, Detect(tar));
        Assert.Equal(ArchiveFormat.Tar, Detect(new TarForge().Add("a", "x", magic: "").Build()));
        Assert.Equal(ArchiveFormat.Zip, Detect(zip[..4]));
        Assert.Equal(ArchiveFormat.Tar, Detect(new byte[1024]));
        Assert.Equal(ArchiveFormat.Tar, Detect(new byte[10240]));
        Assert.Equal(ArchiveFormat.Tar, Detect([.. new TarForge().Add("inner.zip", zip).Build(end: false), .. zip]));
        Assert.Equal(ArchiveFormat.TarGzip, Detect(TarForge.Gzip(tar)));
        Assert.Equal(ArchiveFormat.TarGzip, Detect(TarForge.Gzip(new byte[1024])));
        Assert.Equal(ArchiveFormat.TarGzip, Detect(TarForge.Gzip(new byte[10240])));
    }

    [Fact]
    public void Detect_OtherContent_IsNotAnArchive()
    {
        Assert.Equal(ArchiveFormat.None, Detect([]));
        Assert.Equal(ArchiveFormat.None, Detect("PK"u8.ToArray()));
        Assert.Equal(ArchiveFormat.None, Detect(Tree.Text(100_000)));
        Assert.Equal(ArchiveFormat.None, Detect(new byte[512]));
        Assert.Equal(ArchiveFormat.None, Detect(new byte[2048]));
        Assert.Equal(ArchiveFormat.None, Detect(new byte[10241]));
        Assert.Equal(ArchiveFormat.None, Detect(Tree.Noise(5000)));
        Assert.Equal(ArchiveFormat.None, Detect(TarForge.Gzip(Tree.Text(100_000))));
        Assert.Equal(ArchiveFormat.None, Detect(TarForge.Gzip("short"u8.ToArray())));
        Assert.Equal(ArchiveFormat.None, Detect(TarForge.Gzip(new byte[2048])));
        Assert.Equal(ArchiveFormat.None, Detect(TarForge.Gzip(new byte[10241])));
        Assert.Equal(ArchiveFormat.None, Detect([0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }

    [Theory]
    [InlineData(0x1F, 0x8A, 8)]
    [InlineData(0x1E, 0x8B, 8)]
    [InlineData(0x1F, 0x8B, 7)]
    public void Detect_ZipAfterAlmostGzip_IsZip(byte first, byte second, byte third)
    {
        byte[] zip = new ZipForge().Add("a", "x"u8.ToArray()).Build();

        Assert.Equal(ArchiveFormat.Zip, Detect([first, second, third, .. zip]));
    }

    [Fact]
    public void Detect_DamagedGzip_IsTarGzip()
    {
        byte[] gzip = TarForge.Gzip(new TarForge().Add("a", "x").Build());

        Assert.Equal(ArchiveFormat.TarGzip, Detect(gzip[..20]));
        gzip[3] = 0xE0;
        Assert.Equal(ArchiveFormat.TarGzip, Detect(gzip));
    }

    // The first bytes of real files, followed by padding.
    [Theory]
    [InlineData("377abcaf271c0004", "7z")]
    [InlineData("526172211a0700", "RAR")]
    [InlineData("526172211a070100", "RAR")]
    [InlineData("fd377a585a000004", "xz")]
    [InlineData("28b52ffd04582900", "Zstandard")]
    [InlineData("502a4d1804000000", "Zstandard")]
    [InlineData("425a6839314159265359", "bzip2")]
    [InlineData("425a6839177245385090", "bzip2")]
    [InlineData("5d00008000ffffffffffffffff", "LZMA")]
    [InlineData("4c5a495001", "lzip")]
    [InlineData("1f9d90", "compress (.Z)")]
    [InlineData("04224d1864", "LZ4")]
    [InlineData("894c5a4f000d0a1a0a", "lzop")]
    [InlineData("4d53434600000000", "Windows cabinet")]
    [InlineData("303730373031303030333043364430303030383141", "cpio")]
    [InlineData("303730373037303030303032303030303031313030", "cpio")]
    [InlineData("c7710100020003000400050006000700080009000500000000", "cpio")]
    [InlineData("60ea2600", "ARJ")]
    [InlineData("1b0e2d6c68352d", "LHA")]
    public async Task Detect_UnsupportedFormat_NamesFormat(string start, string name)
    {
        byte[] content = [.. Convert.FromHexString(start), .. new byte[300]];
        Assert.Equal(ArchiveFormat.Other, Detect(content));
        File.WriteAllBytes(Archive, content);

        Assert.Contains(
            $"format is {name},", (await RefusedAsync(ArchiveFault.Unsupported)).Message, StringComparison.Ordinal);
    }

    // Text with a similar start; packages and disk images, which are used without being expanded.
    [Theory]
    [InlineData("BZh9 is how bzip2 begins")]
    [InlineData("070701 is the mark of cpio")]
    [InlineData("Rar!")]
    [InlineData("MSCF")]
    [InlineData("xx-lq5-")]
    [InlineData("!<arch>\ndebian-binary   ")]
    public void Detect_SimilarStart_IsNotAnArchive(string text) =>
        Assert.Equal(ArchiveFormat.None, Detect(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Detect_AnyStream_RestoresPosition()
    {
        using MemoryStream stream = new(new TarForge().Add("a", "x").Build()) { Position = 7 };

        ArchiveFormats.Detect(stream);

        Assert.Equal(7, stream.Position);
    }

    [Fact]
    public async Task Extract_PlainFile_IsUnsupported()
    {
        File.WriteAllText(Archive, "just text");

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    [Fact]
    public async Task Extract_MissingFile_ErrorNamesIt() => await RefusedAsync(ArchiveFault.Storage);

    private static ArchiveFormat Detect(byte[] content)
    {
        using MemoryStream stream = new(content);
        return ArchiveFormats.Detect(stream);
    }
}
