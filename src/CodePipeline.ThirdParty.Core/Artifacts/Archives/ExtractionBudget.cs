using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Counts the bytes and entries that all threads write, and enforces the limits.</summary>
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

    /// <summary>Counts an entry before it is created, as one disk block.</summary>
    public void CountEntry() => Charge(ExtractionLimits.Block);

    /// <summary>Counts bytes before they are written to a file.</summary>
    /// <param name="before">The current length of the file.</param>
    /// <param name="bytes">The number of bytes to append.</param>
    public void Count(long before, long bytes)
    {
        Charge(ExtractionLimits.Charge(before + bytes) - ExtractionLimits.Charge(before));
        long sum = Interlocked.Add(ref _bytes, bytes);
        if (_progress is not null && sum - Interlocked.Read(ref _reported) >= ReportEvery)
        {
            Report();
        }
    }

    /// <summary>Checks the expanded size so far against the size of the archive.</summary>
    public void CheckRatio(long expanded)
    {
        if (expanded > _limits.RatioFloor && expanded / _limits.MaxRatio > _archiveLength)
        {
            throw ArchiveErrors.RatioExceeded(_archive, _limits.MaxRatio);
        }
    }

    /// <summary>Counts a finished entry, for progress.</summary>
    public void EndEntry() => Interlocked.Increment(ref _entries);

    public void Report()
    {
        if (_progress is null)
        {
            return;
        }

        lock (_lock)
        {
            // Serialized, so that progress never goes backwards.
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
