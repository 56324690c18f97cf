using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Sums and reports the progress of parts that are transferred in parallel.</summary>
internal sealed class ProgressAggregator(IProgress<TransferProgress>? progress)
{
    private long _bytes;

    /// <summary>The total in bytes; <see langword="null"/> until it is known.</summary>
    public long? Total { get; set; }

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds transferred bytes; a negative number reverts those of a failed attempt.</summary>
    public void Add(long bytes)
    {
        long now = Interlocked.Add(ref _bytes, bytes);
        progress?.Report(new TransferProgress(now, Total));
    }
}
