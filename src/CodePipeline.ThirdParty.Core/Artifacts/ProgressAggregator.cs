using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Adds up what parts side by side have moved, and tells of it.</summary>
internal sealed class ProgressAggregator(IProgress<TransferProgress>? progress)
{
    private long _bytes;

    /// <summary>All there is to move, once it is known.</summary>
    public long? Total { get; set; }

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>So many bytes more; fewer where an attempt has to begin anew.</summary>
    public void Add(long bytes)
    {
        long now = Interlocked.Add(ref _bytes, bytes);
        progress?.Report(new TransferProgress(now, Total));
    }
}
