using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// A thread that does one thing after the other: a runspace's own, so that not each job has to start one.
/// </summary>
/// <remarks>
/// Ours and not PowerShell's, since theirs keep the process alive when a handler never comes back; none of the pool's,
/// which such a handler would take from it for good.
/// </remarks>
internal sealed class HandlerThread : IDisposable
{
    private readonly object _lock = new();
    private Action? _work;
    private bool _isOver;
    private bool _isStarted;

    /// <summary>Does the work on the thread, which has nothing else to do now.</summary>
    public Task RunAsync(Action work)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_isOver)
            {
                throw new ObjectDisposedException(nameof(HandlerThread));
            }

            _work = () => Do(work, done);
            if (_isStarted)
            {
                Monitor.Pulse(_lock);
            }
            else
            {
                _isStarted = true;
                new Thread(Loop) { IsBackground = true, Name = "CPThirdPartyHandler" }.Start();
            }
        }

        return done.Task;
    }

    /// <summary>Ends the thread once it has done what it is at.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            Monitor.Pulse(_lock);
        }
    }

    private static void Do(Action work, TaskCompletionSource<bool> done)
    {
        try
        {
            work();
            done.TrySetResult(true);
        }
        catch (Exception error)
        {
            done.TrySetException(error);
        }
    }

    private void Loop()
    {
        while (Next() is Action work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_lock)
        {
            while (_work is null && !_isOver)
            {
                Monitor.Wait(_lock);
            }

            Action? work = _work;
            _work = null;
            return work;
        }
    }
}
