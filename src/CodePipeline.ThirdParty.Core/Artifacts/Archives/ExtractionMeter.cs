using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Counts what is really written, by however many threads, and stops it at the limits.</summary>
internal sealed class ExtractionMeter
{
    private const long ReportEvery = 4L << 20;
    private readonly string _archive;
    private readonly long _archiveLength;
    private readonly ExtractionLimits _limits;
    private readonly IProgress<ArchiveProgress>? _progress;
    private readonly object _lock = new();
    private long _bytes;
    private long _entries;
    private long _reported;

    public ExtractionMeter(
        string archive, long archiveLength, ExtractionLimits limits, IProgress<ArchiveProgress>? progress)
    {
        _archive = archive;
        _archiveLength = archiveLength;
        _limits = limits;
        _progress = progress;
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Entries => Interlocked.Read(ref _entries);

    public long TotalBytes { get; set; }

    public long TotalEntries { get; set; }

    /// <summary>Counts bytes that are about to be written.</summary>
    public void Count(long bytes)
    {
        long sum = Interlocked.Add(ref _bytes, bytes);
        if (sum > _limits.MaxBytes)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"it holds more than {_limits.MaxBytes:N0} bytes", nameof(ExtractionLimits.MaxBytes));
        }

        CheckRatio(sum);
        if (_progress is not null && sum - Interlocked.Read(ref _reported) >= ReportEvery)
        {
            Report();
        }
    }

    /// <summary>Holds what came out of the archive so far against the archive's own size.</summary>
    public void CheckRatio(long expanded)
    {
        if (expanded > _limits.RatioFloor && expanded / _limits.MaxRatio > _archiveLength)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"it becomes more than {_limits.MaxRatio:N0} times its own size",
                nameof(ExtractionLimits.MaxRatio));
        }
    }

    public void CountEntry() => Interlocked.Increment(ref _entries);

    public void Report()
    {
        if (_progress is null)
        {
            return;
        }

        lock (_lock)
        {
            // One at a time, so that progress never goes back.
            long bytes = Bytes;
            Interlocked.Exchange(ref _reported, bytes);
            _progress.Report(new ArchiveProgress(bytes, TotalBytes, Entries, TotalEntries));
        }
    }
}
