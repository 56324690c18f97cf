using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Counts what is really written, by however many threads, and stops it at the limits.</summary>
internal sealed class ExtractionBudget
{
    private const long ReportEvery = 4L << 20;
    private readonly string _archive;
    private readonly long _archiveLength;
    private readonly ExtractionLimits _limits;
    private readonly IProgress<ArchiveProgress>? _progress;
    private readonly object _lock = new();
    private long _bytes;
    private long _charged;
    private long _entries;
    private long _reported;

    public ExtractionBudget(
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

    /// <summary>Counts an entry that is about to be made: a block of the disk, whatever it is.</summary>
    public void CountEntry() => Charge(ExtractionLimits.Block);

    /// <summary>Counts bytes that are about to be written to a file.</summary>
    /// <param name="before">What the file has already.</param>
    /// <param name="bytes">What comes to it.</param>
    public void Count(long before, long bytes)
    {
        Charge(ExtractionLimits.Charge(before + bytes) - ExtractionLimits.Charge(before));
        long sum = Interlocked.Add(ref _bytes, bytes);
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
            throw ArchiveErrors.RatioExceeded(_archive, _limits.MaxRatio);
        }
    }

    /// <summary>An entry is done, which progress tells.</summary>
    public void EndEntry() => Interlocked.Increment(ref _entries);

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

    private void Charge(long bytes)
    {
        long sum = Interlocked.Add(ref _charged, bytes);
        if (sum > _limits.MaxBytes)
        {
            throw ArchiveErrors.TooManyBytes(_archive, _limits.MaxBytes);
        }

        CheckRatio(sum);
    }
}
