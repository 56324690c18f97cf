using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The last requests, oldest first.</summary>
internal sealed class RequestLog
{
    private readonly Queue<RecordedRequest> _requests = new();
    private readonly int _capacity;

    internal RequestLog(int capacity)
    {
        _capacity = capacity;
    }

    internal bool IsOn => _capacity > 0;

    internal void Add(RecordedRequest request)
    {
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
