using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Decides which action type is polled next, and when. The types take turns; each has its own waits.</summary>
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

    /// <summary>The number of polls so far.</summary>
    public int Polls => Volatile.Read(ref _polls);

    /// <summary>
    /// Returns the next action type that is due and moves it to the end of the queue; <see langword="null"/> if none is
    /// due.
    /// </summary>
    /// <param name="now">The time since the worker's start.</param>
    /// <param name="gatherUntil">An action type whose last batch was full is not due before this time.</param>
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

    /// <summary>The time until the next poll is due.</summary>
    public TimeSpan DueIn(TimeSpan now, TimeSpan gatherUntil) => _turns.Min(target => DueOf(target, gatherUntil)) - now;

    /// <summary>Whether every action type has been polled after the poll with this number.</summary>
    public bool HavePolledAllSince(int polls) => _turns.All(target => target.LastPoll > polls);

    /// <summary>The error of the last poll, if no poll has ever succeeded.</summary>
    public Exception? FirstFailure => _turns.Any(target => target.HasSucceeded)
        ? null
        : _turns.OrderByDescending(target => target.LastPoll).First().Error;

    /// <summary>Records a successful poll. After a full batch the next poll is due immediately.</summary>
    public void RecordSuccess(PollQueueEntry target, bool full, TimeSpan now)
    {
        target.BackOff.Reset();
        target.HasSucceeded = true;
        target.HasMore = full;
        target.Due = full ? now : now + Jittered(_interval);
    }

    /// <summary>Records a failed poll. Returns the wait before the next one.</summary>
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

    // Plus or minus 10 percent, so that workers that start together do not keep polling together.
    private TimeSpan Jittered(TimeSpan time) => TimeSpan.FromTicks((long)(time.Ticks * (0.9 + (0.2 * _random()))));
}

/// <summary>The polling state of one action type.</summary>
internal sealed class PollQueueEntry(ActionTypeId actionType, BackOff backOff)
{
    public ActionTypeId ActionType { get; } = actionType;

    public BackOff BackOff { get; } = backOff;

    /// <summary>When the next poll is due; time since the worker's start.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Whether the last poll returned a full batch, so that more jobs may wait.</summary>
    public bool HasMore { get; set; }

    /// <summary>The number of its last poll, among the polls of all action types.</summary>
    public int LastPoll { get; set; }

    /// <summary>Whether any of its polls has succeeded.</summary>
    public bool HasSucceeded { get; set; }

    /// <summary>The error of its last failed poll.</summary>
    public Exception? Error { get; set; }
}
