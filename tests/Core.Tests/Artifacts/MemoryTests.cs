using System;
using System.IO;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>
/// What transfers take of memory; while no other test runs, as all that the process takes is counted.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class MemoryTests
{
    private const int Large = 200 << 20;

    [Fact]
    public async Task Save_OfALargeObject_TakesLittleMemory()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(new byte[Large]);
        await host.SaveAsync(job, "first.bin");
        long before = GC.GetTotalAllocatedBytes();

        await host.SaveAsync(job, "second.bin");

        // All that was allocated, by the emulator in this process too, and long since given back.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task Publish_OfALargeFolder_HoldsFewPartsAtATime()
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

        // Four parts of 5 MiB at the most, which the arrays' pool rounds up to 8, and what is garbage meanwhile.
        Assert.InRange(most - before, 0, 60 << 20);
    }

    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
