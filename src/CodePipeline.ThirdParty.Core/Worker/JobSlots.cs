using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// The state of a worker's slots: which jobs it holds, how many more it may take, and when it ends. Starts no tasks.
/// </summary>
/// <remarks>
/// One lock guards everything. These statements hold whenever it is free:
/// <list type="bullet">
/// <item>
/// Busy slots are between 0 and the throttle limit. A stuck slot is busy: its handler could not be stopped.
/// </item>
/// <item>
/// Claimed plus undecided jobs never exceed MaxJobs. A polled job is undecided until it is claimed or skipped.
/// </item>
/// <item>The id of a job is held from its reservation, or from its place in the recovery queue, until its end.</item>
/// <item>A job waits in the recovery queue, or is in flight; never both.</item>
/// </list>
/// </remarks>
internal sealed class JobSlots
{
    // Results wait for the service without a slot. With very many of them, more jobs would only add more.
    private const int MinPendingResults = 32;
    private const int PendingResultsPerSlot = 4;

    // A handler that could not be stopped may still end by itself.
    private static readonly TimeSpan s_stuckTimeout = TimeSpan.FromMinutes(1);

    // While batches come back full, a free slot waits this long for others, so that one poll fills them all.
    private static readonly TimeSpan s_gatherTime = TimeSpan.FromMilliseconds(5);

    private readonly object _lock = new();
    private readonly WorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly PollScheduler _scheduler;
    private readonly long _startedAt;
    private readonly int _maxPendingResults;
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Queue<JournalEntry> _recovering = new();

    private int _busy;
    private int _stuck;
    private int _undecided;
    private int _claimed;
    private int _pendingResults;
    private int _inFlight;
    private bool _isHeldByResults;
    private TimeSpan? _freeSince;
    private TimeSpan? _allStuckSince;
    private TimeSpan _idleSince;
    private int _idleSincePoll;
    private TimeSpan _pausedUntil;

    public JobSlots(WorkerOptions options, TimeProvider clock, PollScheduler scheduler)
    {
        _options = options;
        _clock = clock;
        _scheduler = scheduler;
        _startedAt = clock.GetTimestamp();
        _maxPendingResults = Math.Max(MinPendingResults, PendingResultsPerSlot * options.ThrottleLimit);
    }

    /// <summary>Set when a decision may come out differently.</summary>
    public AsyncAutoResetEvent Changed { get; } = new();

    /// <summary>The time since the worker's start, by the monotonic clock.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_startedAt);

    /// <summary>How many jobs this worker claimed.</summary>
    public int Claimed
    {
        get
        {
            lock (_lock)
            {
                return _claimed;
            }
        }
    }

    public bool HasJobsInFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight > 0;
            }
        }
    }

    /// <summary>Half of the slots: a poll for fewer is not worth it while more jobs wait.</summary>
    private bool AreEnoughFree => 2 * (_options.ThrottleLimit - _busy) >= _options.ThrottleLimit;

    /// <summary>Reserves a slot for a polled job; <see langword="null"/> if the worker has the job already.</summary>
    public JobSlot? TryReserve(JobTicket ticket)
    {
        lock (_lock)
        {
            if (!_held.Add(ticket.JobId))
            {
                return null;
            }

            _busy++;
            _undecided++;
            _inFlight++;
            return new JobSlot(this, ticket, isUndecided: true, isBusy: true);
        }
    }

    /// <summary>Takes a job of the journal that needs no handler, and therefore no slot.</summary>
    public JobSlot TakeWithoutSlot(JobTicket ticket)
    {
        lock (_lock)
        {
            _held.Add(ticket.JobId);
            _inFlight++;
            return new JobSlot(this, ticket, isUndecided: false, isBusy: false);
        }
    }

    /// <summary>Queues a job of the journal that needs a slot. It gets one before any new job is polled for.</summary>
    public void Enqueue(JournalEntry entry)
    {
        lock (_lock)
        {
            _held.Add(entry.Job.JobId);
            _recovering.Enqueue(entry);
        }
    }

    /// <summary>Gives the next queued job of the journal a slot, if one is free.</summary>
    public bool TryDequeue(out JournalEntry entry, out JobSlot slot)
    {
        lock (_lock)
        {
            if (_recovering.Count == 0 || _busy >= _options.ThrottleLimit)
            {
                entry = null!;
                slot = null!;
                return false;
            }

            entry = _recovering.Dequeue();
            _busy++;
            _inFlight++;
            slot = new JobSlot(this, entry.Job, isUndecided: false, isBusy: true);
            return true;
        }
    }

    /// <summary>Empties the recovery queue, at the end of the worker.</summary>
    public IReadOnlyList<JournalEntry> DequeueAll()
    {
        lock (_lock)
        {
            JournalEntry[] entries = _recovering.ToArray();
            _recovering.Clear();
            return entries;
        }
    }

    /// <summary>Takes no new jobs for a while.</summary>
    public void Pause(TimeSpan time)
    {
        lock (_lock)
        {
            _pausedUntil = Elapsed + time;
        }
    }

    /// <summary>A poll begins, so that the gathering of free slots is over.</summary>
    public void EndGathering()
    {
        lock (_lock)
        {
            _freeSince = null;
        }
    }

    /// <summary>Decides what the poll loop may do now.</summary>
    public PollDecision Decide()
    {
        TimeSpan now = Elapsed;
        lock (_lock)
        {
            bool isIdle = _busy == _stuck && _recovering.Count == 0;
            _isHeldByResults = _pendingResults >= _maxPendingResults;
            _allStuckSince = _stuck == _options.ThrottleLimit ? _allStuckSince ?? now : null;
            _freeSince = _busy < _options.ThrottleLimit ? _freeSince ?? now : null;
            int room = _recovering.Count > 0 || _isHeldByResults || now < _pausedUntil
                ? 0
                : Math.Min(
                    _options.ThrottleLimit - _busy, (_options.MaxJobs ?? int.MaxValue) - _claimed - _undecided);
            HandlersStuckException? stuck = now - _allStuckSince >= s_stuckTimeout
                ? new HandlersStuckException(_stuck)
                : null;
            return new PollDecision
            {
                Now = now,
                Room = room,
                GatherUntil = AreEnoughFree ? TimeSpan.Zero : (_freeSince ?? now) + s_gatherTime,
                NextChange = NextChange(now, isIdle),
                EndReason = stuck?.Message ?? EndReason(now, isIdle),
                Error = stuck,
            };
        }
    }

    private string? EndReason(TimeSpan now, bool isIdle) => _recovering.Count > 0 ? null
        : _claimed >= _options.MaxJobs ? $"The worker has taken {PollLoop.Jobs(_claimed)}, the most that it may take."
        : now >= _options.Timeout ? "The worker's time limit is reached. It takes no more jobs."
        : isIdle && now - _idleSince >= _options.IdleTimeout && _scheduler.HavePolledAllSince(_idleSincePoll)
            ? "No job came within the idle timeout."
        : null;

    /// <summary>How long until a time limit changes the decision.</summary>
    private TimeSpan? NextChange(TimeSpan now, bool isIdle)
    {
        TimeSpan? next = _options.Timeout - now;
        Consider(_pausedUntil > now ? _pausedUntil - now : null);
        Consider(s_stuckTimeout - (now - _allStuckSince));
        Consider(isIdle && now - _idleSince < _options.IdleTimeout ? _options.IdleTimeout - (now - _idleSince) : null);
        return next;

        void Consider(TimeSpan? time) => next = time is null || next < time ? next : time;
    }

    /// <summary>The changes that one job makes. Each takes the lock once.</summary>
    internal void OnClaimed(JobSlot slot, bool counts)
    {
        bool isLast;
        lock (_lock)
        {
            Decide(slot);
            slot.IsClaimed = true;
            _claimed += counts ? 1 : 0;
            isLast = _claimed >= _options.MaxJobs;
        }

        if (isLast)
        {
            Changed.Set();
        }
    }

    internal void OnStuck(JobSlot slot)
    {
        lock (_lock)
        {
            slot.IsStuck = true;
            _stuck++;
        }
    }

    internal void OnUnstuck(JobSlot slot)
    {
        lock (_lock)
        {
            slot.IsStuck = false;
            _stuck--;
            FreeHandler(slot);
        }

        Changed.Set();
    }

    internal void OnResult(JobSlot slot)
    {
        bool matters;
        lock (_lock)
        {
            slot.HasPendingResult = true;
            _pendingResults++;

            // Between the first free slot, which starts the gathering, and enough of them, nothing changes.
            matters = _freeSince is null || _recovering.Count > 0;
            FreeHandler(slot);
            matters |= AreEnoughFree;
        }

        if (matters)
        {
            Changed.Set();
        }
    }

    internal void OnEnd(JobSlot slot)
    {
        bool matters;
        lock (_lock)
        {
            // The loop knows of most free slots already, since their result was ready.
            bool isKnown = slot.HasPendingResult;
            Decide(slot);
            FreeHandler(slot);
            _pendingResults -= slot.HasPendingResult ? 1 : 0;
            slot.HasPendingResult = false;
            _held.Remove(slot.Ticket.JobId);
            _inFlight--;
            matters = _inFlight == 0 || _isHeldByResults || !isKnown;
        }

        if (matters)
        {
            Changed.Set();
        }
    }

    private void Decide(JobSlot slot)
    {
        _undecided -= slot.IsUndecided ? 1 : 0;
        slot.IsUndecided = false;
    }

    private void FreeHandler(JobSlot slot)
    {
        if (!slot.IsBusy)
        {
            return;
        }

        if (slot.IsClaimed)
        {
            _idleSince = Elapsed;
            _idleSincePoll = _scheduler.Polls;
        }

        if (!slot.IsStuck)
        {
            slot.IsBusy = false;
            _busy--;
            _freeSince ??= Elapsed;
        }
    }
}

/// <summary>What the poll loop may do at one moment. Times count from the worker's start.</summary>
internal sealed record PollDecision
{
    public TimeSpan Now { get; init; }

    /// <summary>How many jobs may be polled for; 0 or less for none.</summary>
    public int Room { get; init; }

    /// <summary>An action type whose last batch was full is not polled again before this.</summary>
    public TimeSpan GatherUntil { get; init; }

    /// <summary>How long until a time limit changes the decision; <see langword="null"/> if none does.</summary>
    public TimeSpan? NextChange { get; init; }

    /// <summary>Why the worker ends; <see langword="null"/> while it goes on.</summary>
    public string? EndReason { get; init; }

    /// <summary>The error that the worker ends with.</summary>
    public Exception? Error { get; init; }
}
