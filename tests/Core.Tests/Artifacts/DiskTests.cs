using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>
/// Tests full and read-only disks: one clear error, no partial files, and existing content is kept.
/// </summary>
public sealed class DiskTests
{
    [SmallDiskFact]
    public async Task Save_DiskTooSmall_ErrorShowsNeededAndFreeBytes()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(4);
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(10_000_000));

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveAsync(job, host.Input, disk.PathOf("new/in.bin"), expand: false, null, default));

        Assert.Equal(ArtifactFault.DiskFull, error.Fault);
        Assert.Equal(disk.PathOf("new/in.bin"), error.Path);
        Assert.Contains(error.Path!, error.Message);
        Assert.Contains($"{10_000_000:N0} bytes", error.Message);
        Assert.Equal(["old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Save_DiskFillsUp_ErrorNamesPath()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(16);
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(12_000_000));
        int filled = 0;
        var progress = new Listener(_ =>
        {
            if (Interlocked.Exchange(ref filled, 1) == 0)
            {
                disk.Fill();
            }
        });

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveAsync(job, host.Input, disk.PathOf("in.bin"), expand: false, progress, default));

        Assert.Equal(ArtifactFault.DiskFull, error.Fault);
        Assert.Contains(disk.PathOf("in.bin"), error.Message);
        Assert.Equal(["filler", "old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Save_ExpandOnFullDisk_NamesEntryAndKeepsContent()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(8);
        JobArtifacts job = await host.ReadAsync();
        host.Put(new ZipForge().Add("a", [1]).Add("large", new byte[20_000_000]).Build());
        Tree.Make(disk.PathOf("In"), new() { ["keep"] = [1] });

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => host.Mover.SaveIntoAsync(
            job, host.Input, disk.Root, new SaveOptions { Expand = true, Replace = true }, null, default));

        Assert.Equal(ArchiveFault.Storage, error.Fault);
        Assert.Contains("'large'", error.Message);
        Assert.Contains("'In'", error.Message);
        Assert.Contains("disk is full", error.Message);
        Assert.Contains(disk.Root, error.Message);
        Assert.Contains("Free disk space", error.RecommendedAction);
        Assert.Equal(["In", "In/keep", "old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Extract_TarOnFullDisk_LeavesNothing()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(8);
        string archive = host.PathOf("archive");
        new TarForge().Add("large", ArtifactHost.Bytes(20_000_000)).Save(archive);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(
            () => new ArchiveExtractor().ExtractAsync(archive, disk.PathOf("new/out")));

        Assert.Contains("disk is full", error.Message);
        Assert.Equal(["old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Publish_TemporaryDiskFull_ErrorNamesTemporaryFolder()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(2);
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a", ArtifactHost.Bytes(5_000_000));
        var mover = new ArtifactMover(host.Clock) { LargestStream = 0, TemporaryFolder = disk.Root };

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default));

        Assert.Equal(ArtifactFault.DiskFull, error.Fault);
        Assert.Contains(disk.Root, error.Message);
        Assert.Null(host.PublishedObject);
        Assert.Equal(["old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Save_ReadOnlyDisk_ErrorNamesPath()
    {
        using var host = new ArtifactHost();
        using var disk = new SmallDisk(1);
        JobArtifacts job = await host.ReadAsync();
        host.Put(new ZipForge().Add("a", [1]).Build());
        disk.MakeReadOnly();

        foreach (bool expand in new[] { false, true })
        {
            ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
                () => host.Mover.SaveAsync(job, host.Input, disk.PathOf("in"), expand, null, default));

            Assert.Equal(ArtifactFault.PathUnusable, error.Fault);
            Assert.Contains(disk.PathOf("in"), error.Message);
        }

        // The error comes before any request.
        Assert.DoesNotContain("GetObject", host.Operations);
    }

    [Fact]
    public async Task Publish_TemporaryFolderMissing_CreatesIt()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a", [1, 2, 3]);
        var mover = new ArtifactMover(host.Clock) { LargestStream = 0, TemporaryFolder = host.PathOf("gone/tmp") };

        await mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);

        Assert.NotNull(host.PublishedObject);
        Assert.Empty(Directory.GetFileSystemEntries(host.PathOf("gone/tmp")));
    }

    [Fact]
    public async Task Publish_TemporaryFolderIsFile_ErrorNamesIt()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a", [1, 2, 3]);
        var mover = new ArtifactMover(host.Clock) { LargestStream = 0, TemporaryFolder = host.Write("tmp", [1]) };

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default));

        Assert.Contains(host.PathOf("tmp"), error.Message);
        Assert.Equal(ArtifactFault.PathUnusable, error.Fault);
    }

    [Fact]
    public async Task Save_LeftoversOfKilledProcess_AreDeleted()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([1]);
        string left = Leave(host, $".cpthirdparty-{Guid.NewGuid():N}.part");
        string fresh = host.Write($".cpthirdparty-{Guid.NewGuid():N}.part", [1]);
        string recent = Leave(host, $".cpthirdparty-{Guid.NewGuid():N}.part", TimeSpan.FromHours(2));
        string others = Leave(host, ".cpthirdparty-mine.part");
        string words = Leave(host, $".cpthirdparty-{new string('z', 32)}.part");
        string longer = Leave(host, $".cpthirdparty-{new string('a', 33)}.part");
        string living = Leave(host, $".cpthirdparty-{Guid.NewGuid():N}.part");
        using (new FileStream(living, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete))
        {
            await host.SaveAsync(job, "in.bin");
        }

        Assert.Equal(
            new[] { fresh, others, words, longer, living, host.PathOf("in.bin") }.Select(Path.GetFileName).Order(),
            host.Left.Order());
        Assert.False(File.Exists(left));
        Assert.False(File.Exists(recent));
    }

    [Fact]
    public async Task Save_PartFileOfLiveProcess_IsKept()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([1]);
        using var other = new PartFile(host.PathOf("other"), host.PathOf("."), host.Clock);
        File.SetLastWriteTimeUtc(other.Path, DateTime.UtcNow.AddDays(-3));

        await host.SaveAsync(job, "in.bin");

        Assert.True(File.Exists(other.Path));
    }

    private static string Leave(ArtifactHost host, string name, TimeSpan? age = null)
    {
        string path = host.Write(name, [1]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - (age ?? TimeSpan.FromDays(3)));
        return path;
    }
}
