using System;
using System.IO;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests writing a valid index to the file system.</summary>
public sealed class DirectoryWriterTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateFile_PathExists_Conflicts(bool ofAFolder)
    {
        string place = _temp.PathOf("a");
        if (ofAFolder)
        {
            Directory.CreateDirectory(place);
        }
        else
        {
            File.WriteAllText(place, "old");
        }

        ArchiveEntryIndex index = new("archive", NameRules.Linux, ExtractionLimits.Default);
        ArchiveEntryNode node = index.Add("a", NodeKind.File);
        DirectoryWriter writer = new("archive", _temp.PathOf("."));

        ArchiveException error = Assert.Throws<ArchiveException>(() => writer.CreateFile(node, 0x1A4).Dispose());

        Assert.Equal((ArchiveFault.Conflict, "a"), (error.Fault, error.Entry));
        Assert.Equal(ofAFolder, Directory.Exists(place));
        Assert.True(ofAFolder || File.ReadAllText(place) == "old");
    }
}
