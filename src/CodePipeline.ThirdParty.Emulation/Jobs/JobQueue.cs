using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>The position of a job in the queue of its action type.</summary>
internal enum QueuePosition
{
    /// <summary>Not in the queue: the job is in progress or finished.</summary>
    None,

    /// <summary>Becomes ready later: the job is delayed, or dispatched and not acknowledged.</summary>
    Waiting,

    /// <summary>The next poll returns the job.</summary>
    Ready,
}

/// <summary>
/// The waiting and ready jobs of one action type. Sorted sets keep a poll fast with many jobs.
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

    /// <summary>Makes a job ready if it is due.</summary>
    internal void Refresh(JobEntry entry, DateTimeOffset now)
    {
        if (entry.Place == QueuePosition.Waiting && entry.Due <= now)
        {
            MakeReady(entry);
        }
    }

    /// <summary>Returns the oldest ready job; <see langword="null"/> if there is none.</summary>
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
