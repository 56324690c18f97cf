using System;
using System.Collections.Generic;
using System.Threading;

namespace CodePipeline.ThirdParty.Async;

/// <summary>What a hook wants done on the pipeline thread, in order.</summary>
/// <remarks>
/// A monitor and no BlockingCollection: that one spins before it waits, for each record, and takes the time from the
/// threads that the record is waited for from.
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

    /// <summary>Adds a record. A straggler's, after the hook is over, has nobody to hear it and is dropped.</summary>
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

    /// <summary>No more records come.</summary>
    public void Close()
    {
        lock (_records)
        {
            _open = false;
            Monitor.Pulse(_records);
        }
    }

    /// <summary>Waits for the next record; <see langword="null"/> where there are none left and none to come.</summary>
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
