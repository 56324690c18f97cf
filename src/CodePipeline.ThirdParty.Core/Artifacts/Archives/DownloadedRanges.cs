using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// Lets threads read a file during its download. Readers wait for bytes that have not been downloaded yet.
/// </summary>
internal sealed class DownloadedRanges
{
    private readonly object _lock = new();
    private Func<long, long, bool>? _hasRange;
    private int _waiting;
    private bool _aborted;

    /// <summary>Signals that the length of the file is set and the download has started.</summary>
    /// <param name="hasRange">Returns whether all bytes from one offset up to another are downloaded.</param>
    public void Begin(Func<long, long, bool> hasRange)
    {
        lock (_lock)
        {
            _hasRange = hasRange;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Signals that more bytes are downloaded.</summary>
    public void NotifyReaders()
    {
        lock (_lock)
        {
            if (_waiting > 0)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Cancels all waits, because the download ended or a reader failed.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            _aborted = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Blocks until the length of the file is set.</summary>
    /// <exception cref="OperationCanceledException"><see cref="Abort"/> was called.</exception>
    public void WaitForStart() => WaitUntil(() => _hasRange is not null);

    /// <summary>Blocks until all bytes from one offset up to another are downloaded.</summary>
    /// <exception cref="OperationCanceledException"><see cref="Abort"/> was called first.</exception>
    public void Wait(long from, long to) => WaitUntil(() => _hasRange is not null && _hasRange(from, to));

    private void WaitUntil(Func<bool> condition)
    {
        lock (_lock)
        {
            _waiting++;
            try
            {
                while (!condition())
                {
                    if (_aborted)
                    {
                        throw new OperationCanceledException("The download ended before it was complete.");
                    }

                    Monitor.Wait(_lock);
                }
            }
            finally
            {
                _waiting--;
            }
        }
    }
}
