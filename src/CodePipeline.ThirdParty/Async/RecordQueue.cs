using System;
using System.Collections.Generic;
using System.Threading;

namespace CodePipeline.ThirdParty.Async;

/// <summary>The queue of actions for the pipeline thread.</summary>
/// <remarks>
/// Uses a monitor because BlockingCollection spins before each wait and so takes CPU time from the producing threads.
/// </remarks>
internal sealed class RecordQueue
{
    private readonly Queue<Action> _records = new();
    private bool _open;

    public bool IsEmpty
    {
        get
        {
            lock (_records)
            {
                return _records.Count == 0;
            }
        }
    }

    public void Open()
    {
        lock (_records)
        {
            _open = true;
        }
    }

    /// <summary>Adds an action. Drops it if the queue is closed.</summary>
    public void Add(Action record)
    {
        lock (_records)
        {
            if (_open)
            {
                _records.Enqueue(record);
                Monitor.Pulse(_records);
            }
        }
    }

    /// <summary>Closes the queue for new actions.</summary>
    public void Close()
    {
        lock (_records)
        {
            _open = false;
            Monitor.Pulse(_records);
        }
    }

    /// <summary>Waits for the next action. Returns <see langword="null"/> if the queue is closed and empty.</summary>
    public Action? Take()
    {
        lock (_records)
        {
            while (_records.Count == 0)
            {
                if (!_open)
                {
                    return null;
                }

                Monitor.Wait(_records);
            }

            return _records.Dequeue();
        }
    }
}
