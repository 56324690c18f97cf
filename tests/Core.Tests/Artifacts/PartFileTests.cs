using System;
using System.IO;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests the temporary file of a download.</summary>
public sealed class PartFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenWrite_BufferWithOffset_WritesContent()
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
    public void Commit_FileExists_ReplacesOnlyIfRequested(bool replace)
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
    public void Commit_InvalidDestination_ErrorNamesPath(bool replace)
    {
        string path = _folder.PathOf("gone/out");
        using PartFile file = New();

        ArtifactTransferException error = Assert.Throws<ArtifactTransferException>(() => file.Commit(path, replace));

        Assert.Equal((ArtifactFault.PathUnusable, path), (error.Fault, error.Path));
    }

    private PartFile New() => new(_folder.PathOf("out"), _folder.PathOf("."), TimeProvider.System);
}
