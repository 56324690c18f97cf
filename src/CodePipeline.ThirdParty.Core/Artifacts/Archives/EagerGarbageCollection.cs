using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Forces a garbage collection after every 8 MiB of allocations.</summary>
/// <remarks>
/// SharpZipLib allocates about 20 KB of short-lived tables for each Deflate block. On a processor with a large cache,
/// the runtime lets more of this garbage accumulate than the rest of a transfer uses. Collecting the young generations
/// takes about a millisecond, because almost nothing in them is alive.
/// </remarks>
internal sealed class EagerGarbageCollection
{
    private const long Threshold = 8L << 20;
#if NET
    private long _collectedAt = GC.GetTotalAllocatedBytes();
#else
    private long _collectedAt = GC.GetTotalMemory(forceFullCollection: false);
#endif

    /// <summary>Collects if enough was allocated since the last collection. Call it regularly.</summary>
    public void Sweep()
    {
#if NET
        long now = GC.GetTotalAllocatedBytes();
        if (now - _collectedAt >= Threshold)
        {
            _collectedAt = now;
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
#else
        // .NET Framework does not report allocated bytes. The size of the heap is a sufficient estimate.
        if (GC.GetTotalMemory(forceFullCollection: false) - _collectedAt >= Threshold)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetTotalMemory(forceFullCollection: false);
        }
#endif
    }
}
