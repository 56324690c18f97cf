using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Polls for jobs, claims them, runs their handler and reports how they ended: every job that it claims gets a result.
/// </summary>
/// <remarks>It knows nothing of the family that a job comes from, and runs once.</remarks>
internal sealed partial class WorkerEngine
{
    // Results that wait for the service need no slot; but when very many wait, more jobs would only make more of them.
    private const int LeastPendingResults = 32;
    private const int PendingResultsPerSlot = 4;

    // Where no place is left, since handlers cannot be stopped, one of them may still end by itself.
    private static readonly TimeSpan s_stuckPatience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_journalHold = TimeSpan.FromSeconds(30);

    // While batches come back full, a slot that gets free waits so long for others, so that one poll serves them all.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(5);

    private readonly object _lock = new();
    private readonly WorkerContext _worker;
    private readonly AsyncAutoResetEvent _changed = new();
    private readonly PollScheduler _plan;
    private readonly long _startedAt;
    private readonly int _mostPendingResults;
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);

    private int _begun;
    private int _announced;
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
    private TimeSpan _holdUntil;
    private Exception? _fatal;

    /// <summary>Creates the engine; nothing happens before <see cref="RunAsync(CancellationToken)"/>.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="queue">The service's side.</param>
    /// <param name="handler">Does the work.</param>
    /// <param name="artifacts">Moves artifacts; <see langword="null"/> to move none.</param>
    /// <param name="observer">Hears what happens.</param>
    /// <param name="clock">The only source of time.</param>
    /// <param name="random">The only source of chance, 0 to below 1; <see langword="null"/> for one of its own.</param>
    public WorkerEngine(
        WorkerOptions options,
        IJobQueue queue,
        IJobHandler handler,
        IArtifactMover? artifacts,
        IWorkerObserver observer,
        TimeProvider? clock = null,
        Func<double>? random = null)
    {
        options.Check();
        clock ??= TimeProvider.System;
        random ??= BackOff.Chance();
        _worker = new WorkerContext(options, queue, handler, artifacts, observer, clock, random);
        _plan = new PollScheduler(options.ActionTypes, options.PollInterval, random);
        _startedAt = clock.GetTimestamp();
        _mostPendingResults = Math.Max(LeastPendingResults, PendingResultsPerSlot * options.ThrottleLimit);
    }

    private WorkerOptions Options => _worker.Options;

    private TimeSpan Elapsed => _worker.Clock.GetElapsedTime(_startedAt);

    /// <summary>
    /// Works until <see cref="WorkerOptions.MaxJobs"/>, a time limit or the stop, and until every claimed job has been
    /// reported.
    /// </summary>
    /// <param name="stop">
    /// Ends the worker: no more jobs, and <see cref="WorkerOptions.StopTimeout"/> for running handlers.
    /// </param>
    /// <exception cref="JournalException">The journal cannot be used.</exception>
    /// <exception cref="WorkDirectoryException">The work directory cannot be used.</exception>
    /// <exception cref="HandlersStuckException">
    /// All places are taken by handlers that cannot be stopped, for a minute.
    /// </exception>
    /// <exception cref="Exception">
    /// The very first poll of an action type failed in a way that waiting does not change, or none was ever answered.
    /// </exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            throw new InvalidOperationException("A worker runs once.");
        }

        using var finished = new CancellationTokenSource();
        Task watch = Task.CompletedTask;
        try
        {
            if (Options.JournalPath is string path)
            {
                _worker.Journal = WorkerJournal.Open(path, _worker.Clock);
            }

            OpenFolders();
            watch = _worker.Shutdown.WatchAsync(
                () => AnnounceStop("No more jobs are taken."), finished.Token);
            using CancellationTokenRegistration stopped = stop.Register(() => _worker.Shutdown.RequestStop());
            using CancellationTokenRegistration awake = _worker.Shutdown.Stopping.Register(_changed.Set);
            Report(WorkerEventKind.Started, $"Polling for {string.Join(", ", Options.ActionTypes)}.");
            foreach (JournalEntry entry in _worker.Journal.PendingEntries)
            {
                Recover(entry);
            }

            await PollAsync().ConfigureAwait(false);
            AbandonWaiting();
            await DrainAsync().ConfigureAwait(false);
        }
        finally
        {
            finished.Cancel();
            await watch.ConfigureAwait(false);
            _worker.WorkDirectory.Dispose();
            _worker.Journal.Dispose();
        }

        Report(WorkerEventKind.Stopped, $"The worker has ended after {_claimed} jobs.");
        if (_fatal is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(_fatal).Throw();
        }
    }

    /// <summary>A work directory that cannot be used would fail each job; it is none of their customers' business.</summary>
    private void OpenFolders()
    {
        _worker.WorkDirectory.DeleteStale();
        if (Options.WorkDirectory is null && _worker.Mover is null)
        {
            return;
        }

        try
        {
            _worker.WorkDirectory.Open();
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw new WorkDirectoryException(Options.WorkDirectory ?? System.IO.Path.GetTempPath(), error);
        }
    }

    private async Task PollAsync()
    {
        while (!_worker.Shutdown.Stopping.IsCancellationRequested && _fatal is null)
        {
            TimeSpan now = Elapsed;
            int room;
            bool isIdle;
            string? reason;
            TimeSpan gatherUntil;
            lock (_lock)
            {
                BeginWaiting();
                room = _waiting.Count > 0 || _pendingResults >= _mostPendingResults || now < _holdUntil
                    ? 0
                    : Math.Min(
                        Options.ThrottleLimit - _busy, (Options.MaxJobs ?? int.MaxValue) - _claimed - _undecided);
                isIdle = _busy == _stuck && _waiting.Count == 0;
                _allStuckSince = _stuck == Options.ThrottleLimit ? _allStuckSince ?? now : null;
                if (now - _allStuckSince >= s_stuckPatience)
                {
                    _fatal = new HandlersStuckException(_stuck);
                }

                reason = EndReason(now, isIdle);
                _freeSince = _busy < Options.ThrottleLimit ? _freeSince ?? now : null;
                gatherUntil = AreEnoughFree ? TimeSpan.Zero : (_freeSince ?? now) + s_gather;
                _isHeldByResults = _pendingResults >= _mostPendingResults;
            }

            if (reason is not null)
            {
                // Of a queue that nobody could look into nobody knows whether it is empty.
                _fatal ??= _plan.FirstFailure;
                AnnounceStop(reason);
                return;
            }

            if (room > 0 && _plan.Next(now, gatherUntil) is PollQueueEntry target)
            {
                lock (_lock)
                {
                    _freeSince = null;
                }

                await PollAsync(target, room).ConfigureAwait(false);
            }
            else
            {
                await _changed.WaitAsync(NextTime(now, room, isIdle, gatherUntil), _worker.Clock).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether as many slots are free as a poll is worth while more jobs wait. Read under the lock.</summary>
    private bool AreEnoughFree => 2 * (Options.ThrottleLimit - _busy) >= Options.ThrottleLimit;

    /// <summary>Once: a stop may be asked for when the worker comes to its end by itself.</summary>
    private void AnnounceStop(string reason)
    {
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            Report(WorkerEventKind.Stopping, reason);
        }
    }

    private string? EndReason(TimeSpan now, bool isIdle) => _fatal is not null ? _fatal.Message
        : _waiting.Count > 0 ? null
        : _claimed >= Options.MaxJobs ? $"{_claimed} jobs have been taken, and no more are wanted."
        : now >= Options.Timeout ? "The worker's time is up: no more jobs are taken."
        : isIdle && now - _idleSince >= Options.IdleTimeout && _plan.HavePolledAllSince(_idleSincePoll)
            ? "No job came for as long as the worker waits."
        : null;

    /// <summary>How long nothing is going to happen by itself.</summary>
    private TimeSpan? NextTime(TimeSpan now, int room, bool isIdle, TimeSpan gatherUntil)
    {
        TimeSpan? next = room > 0 ? _plan.DueIn(now, gatherUntil) : null;
        Consider(Options.Timeout - now);
        if (_holdUntil > now)
        {
            Consider(_holdUntil - now);
        }

        if (_allStuckSince is TimeSpan since)
        {
            Consider(s_stuckPatience - (now - since));
        }

        if (isIdle && now - _idleSince < Options.IdleTimeout)
        {
            Consider(Options.IdleTimeout - (now - _idleSince));
        }

        return next;

        void Consider(TimeSpan? time)
        {
            if (time is not null && (next is null || time < next))
            {
                next = time;
            }
        }
    }

    private async Task PollAsync(PollQueueEntry target, int room)
    {
        long polledAt = _worker.Clock.GetTimestamp();
        IReadOnlyList<JobTicket>? tickets = await AskAsync(target, room).ConfigureAwait(false);
        if (tickets is null)
        {
            return;
        }

        _plan.RecordSuccess(target, tickets.Count >= room, Elapsed);
        _worker.Report(new WorkerEvent(WorkerEventKind.Polled, _worker.Now)
        {
            ActionType = target.ActionType,
            Count = tickets.Count,
            Message = $"{tickets.Count} jobs of {target.ActionType}.",
        });
        foreach (JobTicket ticket in tickets.Take(room))
        {
            if (_worker.Shutdown.Stopping.IsCancellationRequested)
            {
                return;
            }

            if (Hold(ticket, isPolled: true))
            {
                _ = Task.Run(() => RunAsync(ticket, polledAt));
            }
            else
            {
                _worker.Report(WorkerEventKind.JobSkipped, ticket, "It is in this worker's hands already.");
            }
        }
    }

    /// <summary>One poll; nothing where it failed.</summary>
    private async Task<IReadOnlyList<JobTicket>?> AskAsync(PollQueueEntry target, int room)
    {
        using TelemetryStep step = WorkerTelemetry.Step("poll", target.ActionType);
        try
        {
            return await _worker.Queue.PollAsync(target.ActionType, room, _worker.Shutdown.Stopping).ConfigureAwait(false);
        }
        catch (Exception) when (_worker.Shutdown.Stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error)
        {
            step.Failed(error.GetType().Name);
            WorkerTelemetry.PollFailed(target.ActionType, error);
            if (!target.HasAnswered && target.BackOff.Failures == 0 && WorkerErrorPolicy.IsPermanent(error))
            {
                // Jobs that are claimed already come to their end.
                _fatal = error;
                return null;
            }

            TimeSpan wait = PollScheduler.RecordFailure(target, Elapsed, error);
            Report(
                WorkerEventKind.PollFailed,
                $"The poll for {target.ActionType} failed; the next one is in {wait.TotalSeconds:0.#} s: "
                + error.Message,
                target.ActionType,
                error);
            return null;
        }
    }

    /// <summary>Takes a job into the worker's hands; <see langword="false"/> where it is there already.</summary>
    private bool Hold(JobTicket ticket, bool isPolled)
    {
        lock (_lock)
        {
            if (!_held.Add(ticket.JobId))
            {
                return false;
            }

            _busy++;
            _undecided += isPolled ? 1 : 0;
            _inFlight++;
            return true;
        }
    }

    /// <summary>A polled job's way through the worker.</summary>
    private async Task RunAsync(JobTicket ticket, long polledAt)
    {
        var slot = new JobSlot(this, ticket, undecided: true, busy: true);
        await LiveAsync(ticket, slot, async () =>
        {
            var claim = new JobClaim(
                _worker, ticket, () => _worker.Clock.GetElapsedTime(polledAt) < Options.ClaimWindow);
            (ClaimOutcome end, IWorkerJob? job) = await claim.ReadAndClaimAsync().ConfigureAwait(false);
            if (claim.JournalFailed)
            {
                // Polls would only hand out more jobs that cannot be claimed.
                lock (_lock)
                {
                    _holdUntil = Elapsed + s_journalHold;
                }
            }

            await GoOnAsync(slot, ticket, end, job).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Runs a job's life in the worker, and gives back what it took up however it ends.</summary>
    private async Task LiveAsync(JobTicket ticket, JobSlot slot, Func<Task> life)
    {
        using TelemetryStep step = WorkerTelemetry.Step("job", ticket.ActionType, ticket);
        try
        {
            await life().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _worker.Warn(ticket, $"Job {ticket.JobId} went wrong in the worker itself: {error.Message}", error);
        }
        finally
        {
            slot.Free();
            Leave(ticket, slot);
        }
    }

    /// <summary>From the claim's end to the delivered result.</summary>
    private async Task GoOnAsync(JobSlot slot, JobTicket ticket, ClaimOutcome end, IWorkerJob? job, bool isRecovered = false)
    {
        if (job is null || end is ClaimOutcome.NotOurs or ClaimOutcome.Unknown)
        {
            return;
        }

        // From here on the job is ours. Nothing that is called before its result is sent may throw.
        StartTime beginning = StartTime.Now(_worker.Clock);
        slot.Claimed(counts: !isRecovered);
        _worker.Report(WorkerEventKind.JobClaimed, ticket, "The job is claimed.");
        if (end == ClaimOutcome.ClaimedUnconfirmed)
        {
            ThirdPartyJobOutcome unsaid =
                Failed("The answer to the job's claim got lost, so nothing was done. It can be tried again.");
            await DeliverAsync(slot, ticket, beginning, unsaid, work: null).ConfigureAwait(false);
            return;
        }

        await WorkAsync(slot, ticket, job, beginning, runs: 1).ConfigureAwait(false);
    }

    private async Task WorkAsync(JobSlot slot, JobTicket ticket, IWorkerJob job, StartTime beginning, int runs)
    {
        await NoteAsync(ticket, () => _worker.Journal.ClaimedAsync(ticket, runs)).ConfigureAwait(false);
        JobExecution? work = null;
        ThirdPartyJobOutcome report;
        try
        {
            work = new JobExecution(_worker, job);
            report = await work.RunAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _worker.Warn(ticket, $"The worker could not run job {ticket.JobId}: {error.GetType().Name}.", error);
            report = Failed("The worker could not run the job.");
        }

        await DeliverAsync(slot, ticket, beginning, report, work).ConfigureAwait(false);
    }

    private async Task DeliverAsync(
        JobSlot slot, JobTicket ticket, StartTime beginning, ThirdPartyJobOutcome report, JobExecution? work,
        bool isWritten = false)
    {
        if (!isWritten)
        {
            await NoteAsync(ticket, () => _worker.Journal.ResultAsync(ticket, report)).ConfigureAwait(false);
        }

        if (work?.HandlerLeftBehind is { IsCompleted: false } handler)
        {
            slot.HoldUntil(handler);
        }

        slot.ToDelivery();
        Task cleanUp = work is null ? Task.CompletedTask : CleanUpAsync(ticket, work);
        var delivery = new ResultDelivery(_worker, ticket, report, maybeTaken: isWritten);
        string outcome = await delivery.SendAsync().ConfigureAwait(false);
        if (outcome != WorkerOutcomes.Undelivered)
        {
            _worker.Journal.Complete(ticket, outcome);
        }

        await cleanUp.ConfigureAwait(false);
        ThirdPartyJobOutcome sent = delivery.Report;
        var result = new JobReport
        {
            JobId = ticket.JobId,
            ClientId = ticket.ClientId,
            ActionType = ticket.ActionType,
            Outcome = outcome,
            StartedAt = beginning.Time,
            Duration = beginning.Elapsed,
            FailureType = sent.FailureType,
            Message = delivery.Problem ?? sent.FailureMessage ?? sent.Summary,
            ExternalExecutionId = sent.ExternalExecutionId,
        };
        WorkerTelemetry.Ended(result);
        _worker.Report(new WorkerEvent(WorkerEventKind.JobEnded, _worker.Now)
        {
            Job = ticket,
            ActionType = ticket.ActionType,
            Message = result.Message ?? outcome,
            Result = result,
        });
    }

    /// <summary>What cannot be written down any more is done all the same: the job must not hang for it.</summary>
    private async Task NoteAsync(JobTicket ticket, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _worker.Warn(ticket, $"Job {ticket.JobId} goes on without its journal entry: {error.Message}", error);
        }
    }

    private async Task CleanUpAsync(JobTicket ticket, JobExecution work)
    {
        try
        {
            await work.CleanUpAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _worker.Warn(ticket, $"The folder of job {ticket.JobId} could not be deleted: {error.Message}", error);
        }
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_inFlight == 0)
                {
                    return;
                }
            }

            await _changed.WaitAsync(limit: null, _worker.Clock).ConfigureAwait(false);
        }
    }

    private void Leave(JobTicket ticket, JobSlot slot)
    {
        bool matters;
        lock (_lock)
        {
            _held.Remove(ticket.JobId);
            _inFlight--;

            // Most have told of their slot before, when their result was ready.
            matters = _inFlight == 0 || _isHeldByResults || !slot.HasToldOfItsEnd;
        }

        if (matters)
        {
            _changed.Set();
        }
    }

    private static ThirdPartyJobOutcome Failed(string message) =>
        ThirdPartyJobOutcome.From(new FailureResult(FailureType.SystemUnavailable, message, ExternalExecutionId: null));

    private void Report(
        WorkerEventKind kind, string message, ActionTypeId? actionType = null, Exception? error = null) =>
        _worker.Report(
            new WorkerEvent(kind, _worker.Now) { Message = message, ActionType = actionType, Error = error });

    /// <summary>
    /// What a job takes up in the worker: a handler's slot, then a place among the results to deliver.
    /// </summary>
    private sealed class JobSlot(WorkerEngine engine, JobTicket ticket, bool undecided, bool busy)
    {
        private bool _isUndecided = undecided;
        private bool _isBusy = busy;
        private bool _isClaimed;
        private bool _isPending;
        private bool _isHeld;

        /// <summary>Whether the worker knows that the handler's slot is free.</summary>
        public bool HasToldOfItsEnd { get; private set; }

        public void Claimed(bool counts)
        {
            bool isLast;
            lock (engine._lock)
            {
                Decide();
                _isClaimed = true;
                engine._claimed += counts ? 1 : 0;
                isLast = engine._claimed >= engine.Options.MaxJobs;
            }

            WorkerTelemetry.Claimed(ticket);
            if (isLast)
            {
                engine._changed.Set();
            }
        }

        /// <summary>Keeps the slot from other jobs for as long as a handler runs that could not be stopped.</summary>
        public void HoldUntil(Task handler)
        {
            lock (engine._lock)
            {
                _isHeld = true;
                engine._stuck++;
            }

            // None of the engine's waits is for it: whether it ever ends nobody knows.
            _ = handler.ContinueWith(_ => LetGo(), TaskScheduler.Default);
        }

        public void ToDelivery()
        {
            bool matters;
            lock (engine._lock)
            {
                _isPending = true;
                HasToldOfItsEnd = true;
                engine._pendingResults++;

                // Between the first free slot, which begins the gathering, and enough of them there is nothing to do.
                matters = engine._freeSince is null || engine._waiting.Count > 0;
                FreeHandler();
                matters |= engine.AreEnoughFree;
            }

            if (_isClaimed)
            {
                WorkerTelemetry.Worked(ticket);
            }

            if (matters)
            {
                engine._changed.Set();
            }
        }

        public void Free()
        {
            lock (engine._lock)
            {
                Decide();
                FreeHandler();
                if (_isPending)
                {
                    _isPending = false;
                    engine._pendingResults--;
                }
            }
        }

        private void Decide()
        {
            if (_isUndecided)
            {
                _isUndecided = false;
                engine._undecided--;
            }
        }

        private void LetGo()
        {
            lock (engine._lock)
            {
                _isHeld = false;
                engine._stuck--;
                FreeHandler();
            }

            engine._changed.Set();
        }

        private void FreeHandler()
        {
            if (!_isBusy)
            {
                return;
            }

            if (_isClaimed)
            {
                engine._idleSince = engine.Elapsed;
                engine._idleSincePoll = engine._plan.Polls;
            }

            if (!_isHeld)
            {
                _isBusy = false;
                engine._busy--;
                engine._freeSince ??= engine.Elapsed;
            }
        }
    }
}
