using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// Lets a file be read while it is still being downloaded: readers wait for the bytes that have not come.
/// </summary>
internal sealed class DownloadedRanges
{
    private readonly object _lock = new();
    private Func<long, long, bool>? _hasCome;
    private int _waiting;
    private bool _over;

    /// <summary>The file has its length now; from here on bytes of it come.</summary>
    /// <param name="hasCome">Tells whether all bytes from one place up to another are there.</param>
    public void Begin(Func<long, long, bool> hasCome)
    {
        lock (_lock)
        {
            _hasCome = hasCome;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>More bytes are there.</summary>
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

    /// <summary>No more bytes are waited for: they do not come, or nobody wants them.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            _over = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits until the file has its length.</summary>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public void WaitForStart() => WaitUntil(() => _hasCome is not null);

    /// <summary>Waits for the bytes from one place up to another, on the caller's thread.</summary>
    /// <exception cref="OperationCanceledException">They were given up.</exception>
    public void Wait(long from, long to) => WaitUntil(() => _hasCome is not null && _hasCome(from, to));

    private void WaitUntil(Func<bool> isThere)
    {
        lock (_lock)
        {
            _waiting++;
            try
            {
                while (!isThere())
                {
                    if (_over)
                    {
                        throw new OperationCanceledException("The download ended before its end.");
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
