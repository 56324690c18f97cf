using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Records a worker's events, and calls a test for each one.</summary>
internal sealed class RecordingObserver : IWorkerObserver
{
    private readonly object _lock = new();
    private readonly List<WorkerEvent> _events = new();

    /// <summary>Called on the worker's thread, after the event was recorded.</summary>
    public Action<WorkerEvent>? Seen { get; set; }

    public IReadOnlyList<WorkerEvent> Events
    {
        get
        {
            lock (_lock)
            {
                return _events.ToArray();
            }
        }
    }

    public IReadOnlyList<JobReport> Results =>
        Of(WorkerEventKind.JobEnded).Select(ended => ended.Result!).ToArray();

    public void Report(WorkerEvent happened)
    {
        lock (_lock)
        {
            _events.Add(happened);
        }

        Seen?.Invoke(happened);
    }

    public IReadOnlyList<WorkerEvent> Of(WorkerEventKind kind) => Events.Where(each => each.Kind == kind).ToArray();

    public int Count(WorkerEventKind kind) => Of(kind).Count;
}
