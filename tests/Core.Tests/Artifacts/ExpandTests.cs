using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests expanding an archive during its download.</summary>
public sealed class ExpandTests
{
    private const int Piece = 3_000_001;
    private const int Pieces = 9;

    [Theory]
    [InlineData(null)]
    [InlineData("cut-off=1@GetObject,limit=4")]
    [InlineData("service-unavailable=1@GetObject,skip=1,limit=2")]
    [InlineData("expired-token=1@GetObject,skip=2,limit=1")]
    public async Task Save_ExpandLargeArchive_MatchesPackedFolder(string? faults)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(Zip().Build());
        host.Service.Order(faults ?? string.Empty);

        SavedArtifact saved = await ExpandAsync(host, job);

        Assert.Equal(Pieces, Directory.GetFiles(saved.Path).Length);
        for (int i = 0; i < Pieces; i++)
        {
            Assert.Equal(ArtifactHost.Bytes(Piece + i), File.ReadAllBytes(Path.Combine(saved.Path, $"file-{i}")));
        }

        Assert.Equal(["back"], Directory.GetFileSystemEntries(host.PathOf(".")).Select(Path.GetFileName));
        Assert.Equal(["In"], Directory.GetFileSystemEntries(host.PathOf("back")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("corrupt=1@GetObject,skip=1", ArtifactFault.Damaged)]
    [InlineData("access-denied=1@GetObject,skip=2", ArtifactFault.AccessDenied)]
    [InlineData("internal-failure=1@GetObject,skip=1", ArtifactFault.Unavailable)]
    public async Task Save_ExpandDownloadFails_ReportsDownloadError(
        string faults, ArtifactFault fault)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(Zip().Build());
        host.Service.Order(faults);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => ExpandAsync(host, job));

        Assert.Equal(fault, error.Fault);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ExpandUnsafeArchive_FailsAndLeavesNothing()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(Zip().Add("../out", [1]).Build());

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => ExpandAsync(host, job));

        Assert.Equal(ArchiveFault.Unsafe, error.Fault);
        Assert.Contains("The entry '../out' of the archive 'In'", error.Message);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_ExpandCancelled_KeepsDestination(bool replace)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(Zip().Build());
        using var stop = new CancellationTokenSource();
        if (replace)
        {
            host.Write("back/In/keep", [1]);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Mover.SaveIntoAsync(
            job, host.Input, host.PathOf("back"), new SaveOptions { Expand = true, Replace = replace },
            new Listener(at =>
            {
                if (at.Bytes > 12_000_000)
                {
                    stop.Cancel();
                }
            }),
            stop.Token));

        Assert.Equal(replace ? ["back", "back/In", "back/In/keep"] : [], host.Left);
    }

    private static ZipForge Zip()
    {
        var zip = new ZipForge();
        for (int i = 0; i < Pieces; i++)
        {
            zip.Add($"file-{i}", ArtifactHost.Bytes(Piece + i));
        }

        return zip;
    }

    private static Task<SavedArtifact> ExpandAsync(ArtifactHost host, JobArtifacts job) => host.Mover.SaveIntoAsync(
        job, host.Input, host.PathOf("back"), new SaveOptions { Expand = true }, null, default);
}
