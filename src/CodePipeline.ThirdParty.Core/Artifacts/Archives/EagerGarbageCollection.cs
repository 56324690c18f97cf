using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Has what was allocated and dropped collected every few MiB.</summary>
/// <remarks>
/// Packing allocates some 20 KB for each block, for the tables that the library makes, and drops them at once. On a
/// processor with a large cache the runtime lets far more of it pile up than all the rest of a transfer takes. The
/// young are collected in a millisecond, as next to nothing of them is alive.
/// </remarks>
internal sealed class EagerGarbageCollection
{
    private const long Most = 8L << 20;
#if NET
    private long _collectedAt = GC.GetTotalAllocatedBytes();
#else
    private long _collectedAt = GC.GetTotalMemory(forceFullCollection: false);
#endif

    /// <summary>To be called now and then.</summary>
    public void Sweep()
    {
#if NET
        long now = GC.GetTotalAllocatedBytes();
        if (now - _collectedAt >= Most)
        {
            _collectedAt = now;
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
#else
        // It does not tell what was allocated; what there is, dropped or not, will do.
        if (GC.GetTotalMemory(forceFullCollection: false) - _collectedAt >= Most)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetTotalMemory(forceFullCollection: false);
        }
#endif
    }
}
