using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ArchiveFormatsTests : ExtractionTest
{
    [Fact]
    public void Content_TellsTheFormat()
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
    public void AnythingElse_IsAPlainFile()
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
    public void ZipBehindWhatBeginsNearlyLikeGzip_IsAZip(byte first, byte second, byte third)
    {
        byte[] zip = new ZipForge().Add("a", "x"u8.ToArray()).Build();

        Assert.Equal(ArchiveFormat.Zip, Detect([first, second, third, .. zip]));
    }

    [Fact]
    public void Detect_LeavesTheStreamWhereItWas()
    {
        using MemoryStream stream = new(new TarForge().Add("a", "x").Build()) { Position = 7 };

        ArchiveFormats.Detect(stream);

        Assert.Equal(7, stream.Position);
    }

    [Fact]
    public async Task Extract_OfAPlainFile_SaysSo()
    {
        File.WriteAllText(Archive, "just text");

        await RefusedAsync(ArchiveFault.Unsupported);
    }

    [Fact]
    public async Task Extract_OfAMissingFile_NamesIt() => await RefusedAsync(ArchiveFault.Storage);

    private static ArchiveFormat Detect(byte[] content)
    {
        using MemoryStream stream = new(content);
        return ArchiveFormats.Detect(stream);
    }
}
