using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Which action type is polled next, and when: in turns, each with its own waits.</summary>
internal sealed class PollScheduler
{
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromSeconds(30);

    private readonly List<PollQueueEntry> _turns;
    private readonly TimeSpan _interval;
    private readonly Func<double> _random;
    private int _polls;

    public PollScheduler(IEnumerable<ActionTypeId> actionTypes, TimeSpan interval, Func<double> random)
    {
        _interval = interval;
        _random = random;
        TimeSpan first = interval > s_firstBackOff ? interval : s_firstBackOff;
        TimeSpan longest = interval > s_longestBackOff ? interval : s_longestBackOff;
        _turns = actionTypes.Distinct()
            .Select(type => new PollQueueEntry(type, new BackOff(first, longest, random)))
            .ToList();
    }

    /// <summary>How many polls there were.</summary>
    public int Polls => Volatile.Read(ref _polls);

    /// <summary>The action type whose turn it is, if the time of any has come. It goes to the end of the row.</summary>
    /// <param name="now">The time, counted from the worker's start.</param>
    /// <param name="gatherUntil">
    /// Before this no target is polled at once again; the time of others comes as it comes.
    /// </param>
    public PollQueueEntry? Next(TimeSpan now, TimeSpan gatherUntil)
    {
        int index = _turns.FindIndex(target => DueOf(target, gatherUntil) <= now);
        if (index < 0)
        {
            return null;
        }

        PollQueueEntry next = _turns[index];
        _turns.RemoveAt(index);
        _turns.Add(next);
        next.LastPoll = Interlocked.Increment(ref _polls);
        return next;
    }

    /// <summary>How long until the next poll is due.</summary>
    public TimeSpan DueIn(TimeSpan now, TimeSpan gatherUntil) => _turns.Min(target => DueOf(target, gatherUntil)) - now;

    /// <summary>Whether each action type has been polled since there were so many polls.</summary>
    public bool HavePolledAllSince(int polls) => _turns.All(target => target.LastPoll > polls);

    /// <summary>Why the last poll failed, where none was ever answered.</summary>
    public Exception? FirstFailure => _turns.Any(target => target.HasAnswered)
        ? null
        : _turns.OrderByDescending(target => target.LastPoll).First().Error;

    /// <summary>A poll was answered. A full batch means that more may wait: at once again.</summary>
    public void RecordSuccess(PollQueueEntry target, bool full, TimeSpan now)
    {
        target.BackOff.Reset();
        target.HasAnswered = true;
        target.HasMore = full;
        target.Due = full ? now : now + Jittered(_interval);
    }

    /// <summary>A poll failed; gives the wait until the next.</summary>
    public static TimeSpan RecordFailure(PollQueueEntry target, TimeSpan now, Exception? error = null)
    {
        target.Error = error;
        TimeSpan wait = target.BackOff.Next();
        target.HasMore = false;
        target.Due = now + wait;
        return wait;
    }

    private static TimeSpan DueOf(PollQueueEntry target, TimeSpan gatherUntil) =>
        target.HasMore && gatherUntil > target.Due ? gatherUntil : target.Due;

    // Within a tenth to either side, so that workers that were started together do not poll together for ever.
    private TimeSpan Jittered(TimeSpan time) => TimeSpan.FromTicks((long)(time.Ticks * (0.9 + (0.2 * _random()))));
}

/// <summary>One action type's place in the plan.</summary>
internal sealed class PollQueueEntry(ActionTypeId actionType, BackOff backOff)
{
    public ActionTypeId ActionType { get; } = actionType;

    public BackOff BackOff { get; } = backOff;

    /// <summary>When it may be polled, counted from the worker's start.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Whether its last poll brought all that was asked for, so that more may wait.</summary>
    public bool HasMore { get; set; }

    /// <summary>Which of all polls was its last.</summary>
    public int LastPoll { get; set; }

    /// <summary>Whether a poll of it was ever answered.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>Why its last poll failed that did.</summary>
    public Exception? Error { get; set; }
}
