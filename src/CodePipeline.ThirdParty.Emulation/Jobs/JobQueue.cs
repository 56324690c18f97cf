using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>Where a job stands in the queue of its action type.</summary>
internal enum QueuePosition
{
    /// <summary>Not in the queue: in progress or over.</summary>
    None,

    /// <summary>Becomes ready at a time: delayed, or handed out and not acknowledged.</summary>
    Waiting,

    /// <summary>The next polls get it.</summary>
    Ready,
}

/// <summary>
/// The jobs of one action type that polls get now or later. A poll's cost does not grow with the jobs it does not get.
/// </summary>
internal sealed class JobQueue
{
    private readonly SortedSet<JobEntry> _waiting = new(Comparer<JobEntry>.Create(ByDue));
    private readonly SortedSet<JobEntry> _ready = new(Comparer<JobEntry>.Create(BySequence));

    internal void Wait(JobEntry entry, DateTimeOffset due)
    {
        Remove(entry);
        entry.Due = due;
        entry.Place = QueuePosition.Waiting;
        _waiting.Add(entry);
    }

    internal void Remove(JobEntry entry)
    {
        if (entry.Place == QueuePosition.Waiting)
        {
            _waiting.Remove(entry);
        }
        else if (entry.Place == QueuePosition.Ready)
        {
            _ready.Remove(entry);
        }

        entry.Place = QueuePosition.None;
    }

    /// <summary>Makes one job ready if its time has come.</summary>
    internal void Refresh(JobEntry entry, DateTimeOffset now)
    {
        if (entry.Place == QueuePosition.Waiting && entry.Due <= now)
        {
            MakeReady(entry);
        }
    }

    /// <summary>The oldest job that is ready, or <see langword="null"/>.</summary>
    internal JobEntry? Next(DateTimeOffset now)
    {
        while (_waiting.Count > 0 && _waiting.Min is JobEntry first && first.Due <= now)
        {
            MakeReady(first);
        }

        return _ready.Count == 0 ? null : _ready.Min;
    }

    private static int ByDue(JobEntry left, JobEntry right)
    {
        int order = left.Due.CompareTo(right.Due);
        return order != 0 ? order : BySequence(left, right);
    }

    private static int BySequence(JobEntry left, JobEntry right) => left.Sequence.CompareTo(right.Sequence);

    private void MakeReady(JobEntry entry)
    {
        _waiting.Remove(entry);
        entry.Place = QueuePosition.Ready;
        entry.Status = JobStatus.Queued;
        _ready.Add(entry);
    }
}
