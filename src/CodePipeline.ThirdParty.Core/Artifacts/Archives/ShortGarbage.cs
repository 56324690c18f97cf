using System;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Has what was allocated and dropped collected every few MiB.</summary>
/// <remarks>
/// Packing allocates some 20 KB for each block, for the tables that the library makes, and drops them at once. On a processor with
/// a large cache the runtime lets far more of it pile up than all the rest of a transfer takes. The young are collected in a
/// millisecond, as next to nothing of them is alive.
/// </remarks>
internal sealed class ShortGarbage
{
#if NET
    private const long Most = 8L << 20;
    private long _collectedAt = GC.GetTotalAllocatedBytes();

    /// <summary>To be called now and then.</summary>
    public void Sweep()
    {
        long now = GC.GetTotalAllocatedBytes();
        if (now - _collectedAt >= Most)
        {
            _collectedAt = now;
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
    }
#else
    /// <summary>Does nothing: .NET Framework does not tell how much was allocated.</summary>
    public void Sweep()
    {
    }
#endif
}
