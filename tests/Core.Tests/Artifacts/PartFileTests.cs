using System;
using System.IO;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>The file that an object is written to before it is moved to where it belongs.</summary>
public sealed class PartFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Stream_WritesWhatItIsGiven_FromAnyPlaceInABuffer()
    {
        using PartFile file = New();
        using (Stream stream = file.OpenWrite())
        {
            stream.Write([1, 2, 3, 4], 0, 2);
            stream.Write([1, 2, 3, 4], 2, 2);
            stream.Write([0, 0, 5, 0], 2, 1);
            Assert.Equal(5, stream.Length);
        }

        file.Commit(_folder.PathOf("out"), replace: false);

        Assert.Equal(new byte[] { 1, 2, 3, 4, 5 }, File.ReadAllBytes(_folder.PathOf("out")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Land_WhereAFileHasComeMeanwhile_ReplacesItOnlyWhenTold(bool replace)
    {
        string path = _folder.PathOf("out");
        using PartFile file = New();
        file.Write([1], 1, 0);
        _folder.Write("out", "theirs");

        if (replace)
        {
            file.Commit(path, replace);
            Assert.Equal(new byte[] { 1 }, File.ReadAllBytes(path));
            return;
        }

        ArtifactTransferException error = Assert.Throws<ArtifactTransferException>(() => file.Commit(path, replace));
        Assert.Equal((ArtifactFault.DestinationExists, path), (error.Fault, error.Path));
        Assert.Equal("theirs", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Land_WhereNoFileCanBe_NamesThePath(bool replace)
    {
        string path = _folder.PathOf("gone/out");
        using PartFile file = New();

        ArtifactTransferException error = Assert.Throws<ArtifactTransferException>(() => file.Commit(path, replace));

        Assert.Equal((ArtifactFault.PathUnusable, path), (error.Fault, error.Path));
    }

    private PartFile New() => new(_folder.PathOf("out"), _folder.PathOf("."), TimeProvider.System);
}
