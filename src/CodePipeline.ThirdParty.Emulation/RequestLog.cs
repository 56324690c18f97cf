using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Keeps the most recent requests, oldest first.</summary>
internal sealed class RequestLog
{
    private readonly Queue<RecordedRequest> _requests = new();
    private readonly int _capacity;
    private readonly Action<RecordedRequest>? _listener;

    internal RequestLog(int capacity, Action<RecordedRequest>? listener = null)
    {
        _capacity = capacity;
        _listener = listener;
    }

    internal bool IsOn => _capacity > 0 || _listener is not null;

    internal void Add(RecordedRequest request)
    {
        _listener?.Invoke(request);
        if (_capacity == 0)
        {
            return;
        }

        lock (_requests)
        {
            while (_requests.Count >= _capacity)
            {
                _requests.Dequeue();
            }

            _requests.Enqueue(request);
        }
    }

    internal IReadOnlyList<RecordedRequest> ToList()
    {
        lock (_requests)
        {
            return _requests.ToArray();
        }
    }
}
