using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Core.Tests.Artifacts;
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Framework.Tests;

/// <summary>Tests artifact transfers with the emulator's S3 on .NET Framework.</summary>
public sealed class ArtifactTests
{
    private const int Large = 20_000_000;

    private static readonly SaveOptions s_expand = new() { Expand = true };

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(5000, null)]
    [InlineData(Large, null)]
    [InlineData(Large, "cut-off=1@GetObject,limit=2")]
    public async Task Save_AnyLength_EqualsStoredObject(int length, string? faults)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);
        host.Put(content);
        if (faults is not null)
        {
            host.Service.Order(faults);
        }

        await host.SaveAsync(job, "in.bin");

        Assert.True(content.SequenceEqual(File.ReadAllBytes(host.PathOf("in.bin"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    [InlineData(Large)]
    public async Task PublishAndSave_Folder_RoundTrips(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);
        host.Write("folder/sub/\u00e9\u4e2d.bin", content);
        host.Write("folder/empty.txt", []);

        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);
        host.Put(host.Published());
        await host.Mover.SaveIntoAsync(job, host.Input, host.PathOf("back"), s_expand, null, default);

        Assert.True(content.SequenceEqual(File.ReadAllBytes(host.PathOf("back/In/sub/\u00e9\u4e2d.bin"))));
        Assert.Empty(File.ReadAllBytes(host.PathOf("back/In/empty.txt")));
    }

    /// <summary>
    /// Expanding a small archive starts while its only part is being written. The second file handle must not read
    /// zeros.
    /// </summary>
    [Fact]
    public async Task Save_ExpandDamagedArchive_LeavesNoFiles()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([(byte)'P', (byte)'K', 3, 4, .. ArtifactHost.Bytes(1000)]);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(
            () => host.Mover.SaveIntoAsync(job, host.Input, host.PathOf("back"), s_expand, null, default));

        Assert.Contains("The archive 'In'", error.Message);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ExpandUnsafeArchive_LeavesNoFiles()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(new ZipForge().Add("good", [1]).Add("../evil", [2]).Build());

        await Assert.ThrowsAsync<ArchiveException>(
            () => host.Mover.SaveIntoAsync(job, host.Input, host.PathOf("back"), s_expand, null, default));

        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Publish_CutOffResponses_StoresObject()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(Large);
        host.Service.Order("garbled=1@CreateMultipartUpload,limit=1");

        await host.PublishAsync(job, content);

        Assert.True(content.SequenceEqual(host.Published()));
    }
}
