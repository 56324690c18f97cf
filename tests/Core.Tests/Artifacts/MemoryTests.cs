using System;
using System.IO;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>
/// Tests the memory use of transfers. No other tests run at the same time, because it is measured for the process.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class MemoryTests
{
    private const int Large = 200 << 20;

    [Fact]
    public async Task Save_LargeObject_UsesLittleMemory()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(new byte[Large]);
        await host.SaveAsync(job, "first.bin");
        long before = GC.GetTotalAllocatedBytes();

        await host.SaveAsync(job, "second.bin");

        // Includes the allocations of the emulator in this process, most of them already freed.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task Publish_LargeFolder_BuffersFewParts()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/noise", ArtifactHost.Bytes(60_000_000));
        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);
        long before = Held();
        long most = 0;

        await host.Mover.PublishAsync(
            job, host.Output, host.PathOf("folder"), new Listener(_ => most = Math.Max(most, GC.GetTotalMemory(false))),
            default);

        // At most four parts of 5 MiB, which the array pool rounds up to 8 MiB, plus garbage.
        Assert.InRange(most - before, 0, 60 << 20);
    }

    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
