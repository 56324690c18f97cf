using System;
using System.IO;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class ArtifactFileNameTests
{
    [Theory]
    [InlineData("SourceOutput", "SourceOutput")]
    [InlineData("a-b_c", "a-b_c")]
    [InlineData("../../etc/passwd", "_.._.._etc_passwd")]
    [InlineData("C:\\x", "C__x")]
    [InlineData("..", "artifact")]
    [InlineData("", "artifact")]
    [InlineData(null, "artifact")]
    [InlineData("CON", "_CON")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("a\u0000b\nc", "a_b_c")]
    [InlineData("name. ", "name")]
    [InlineData("grüße", "grüße")]
    public void For_AnyName_ReturnsSafeFileName(string? name, string expected) => Assert.Equal(
        expected, ArtifactFileNames.For(new JobArtifact(name, null, "S3", "bucket", "key")));

    [Theory]
    [InlineData("pipeline/In/report.json", ".json")]
    [InlineData("pipeline/In/a1b2c3", "")]
    [InlineData("pipeline.v1/In/a1b2c3", "")]
    [InlineData("pipeline/.hidden", "")]
    [InlineData("pipeline/x.so long a thing", "")]
    [InlineData("pipeline/x.abcdefghi", ".abcdefghi")]
    [InlineData("pipeline/x.abcdefghij", "")]
    [InlineData("pipeline/x.", "")]
    [InlineData("pipeline/x.Az09", ".Az09")]
    [InlineData("pipeline/x.a-b", "")]
    [InlineData("pipeline/x.{b}", "")]
    [InlineData("pipeline/x.äb", "")]
    [InlineData("x.tar.xz", ".xz")]
    [InlineData(null, "")]
    public void Extension_PlainFile_ComesFromKey(string? key, string expected)
    {
        using var folder = new TempFolder();

        Assert.Equal(expected, ArtifactFileNames.Extension(
            new JobArtifact("In", null, "S3", "bucket", key), folder.Write("file", "text")));
    }

    [Theory]
    [InlineData("zip", ".zip")]
    [InlineData("tar", ".tar")]
    [InlineData("tar.gz", ".tar.gz")]
    public void Extension_Archive_ComesFromFormat(string format, string expected)
    {
        using var folder = new TempFolder();
        byte[] tar = new TarForge().Add("a", "x").Build();
        string file = folder.PathOf("file");
        File.WriteAllBytes(file, format switch
        {
            "zip" => new ZipForge().Add("a", [1]).Build(),
            "tar" => tar,
            _ => TarForge.Gzip(tar),
        });

        Assert.Equal(expected, ArtifactFileNames.Extension(
            new JobArtifact("In", null, "S3", "bucket", "pipeline/In/report.json"), file));
    }
}
