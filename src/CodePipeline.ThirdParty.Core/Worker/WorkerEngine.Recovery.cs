using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <content>What becomes of the jobs that an earlier worker left in the journal.</content>
internal sealed partial class WorkerEngine
{
    // A handler that takes its whole worker down would do so for ever.
    private const int MostRuns = 3;

    // Those that need a slot, and have none yet.
    private readonly Queue<JournalEntry> _waiting = new();

    /// <summary>Takes up what an earlier worker left.</summary>
    private void Recover(JournalEntry entry)
    {
        JobTicket ticket = entry.Job;
        bool runsAgain = entry.Stage == JournalStage.Claimed
            && Options.Recovery == RecoveryMode.Rerun
            && entry.Runs < MostRuns;
        string what = entry.Stage switch
        {
            JournalStage.Result => "Its result is sent.",
            JournalStage.Claiming => "It was being claimed; whose it is is found out.",
            _ when runsAgain => "It was cut off; its handler runs again.",
            _ => "It was cut off; it is failed.",
        };
        _worker.Report(WorkerEventKind.Recovered, ticket, what);
        if (entry.Stage == JournalStage.Claiming || runsAgain)
        {
            // Its handler needs a slot; it gets one before new jobs are polled for.
            lock (_lock)
            {
                _held.Add(ticket.JobId);
                _waiting.Enqueue(entry);
            }

            return;
        }

        Begin(entry, needsSlot: false, slot => entry.Result is ThirdPartyJobOutcome result
            ? DeliverAsync(slot, ticket, BeginningOf(entry), result, work: null, isWritten: true)
            : DeliverAsync(slot, ticket, BeginningOf(entry), CutOff(entry), work: null));
    }

    /// <summary>Begins jobs of the journal for which there is a slot now. Called under the lock.</summary>
    private void BeginWaiting()
    {
        while (_waiting.Count > 0 && _busy < Options.ThrottleLimit)
        {
            JournalEntry entry = _waiting.Dequeue();
            Begin(entry, needsSlot: true, slot => entry.Stage == JournalStage.Claiming
                ? RetakeAsync(slot, entry)
                : RerunAsync(slot, entry));
        }
    }

    /// <summary>The worker stops before these had their turn. Those that are ours for certain must not hang.</summary>
    private void AbandonWaiting()
    {
        while (_waiting.Count > 0)
        {
            JournalEntry entry = _waiting.Dequeue();
            if (entry.Stage == JournalStage.Claimed)
            {
                Begin(
                    entry, needsSlot: false,
                    slot => DeliverAsync(slot, entry.Job, BeginningOf(entry), CutOff(entry), work: null));
            }
            else
            {
                _worker.Warn(
                    entry.Job, $"Job {entry.Job.JobId} is left in the journal: whose it is was not found out.");
            }
        }
    }

    private void Begin(JournalEntry entry, bool needsSlot, Func<JobSlot, Task> work)
    {
        lock (_lock)
        {
            _held.Add(entry.Job.JobId);
            _busy += needsSlot ? 1 : 0;
            _inFlight++;
        }

        var slot = new JobSlot(this, entry.Job, undecided: false, busy: needsSlot);
        _ = Task.Run(() => LiveAsync(entry.Job, slot, () => work(slot)));
    }

    private async Task RetakeAsync(JobSlot slot, JournalEntry entry)
    {
        // A claim of the future: the clock was set back, and nobody knows how old the claim is.
        StartTime beginning = BeginningOf(entry);
        var claim = new JobClaim(
            _worker, entry.Job, () => entry.Time <= beginning.SeenAt && beginning.Elapsed < Options.ClaimWindow);
        (ClaimOutcome end, IWorkerJob? job) = await claim.ResumeAsync(entry.ClaimFingerprint).ConfigureAwait(false);
        await GoOnAsync(slot, entry.Job, end, job, isRecovered: true).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs the handler of a job again that is ours already: details come as long as the job is not over.
    /// </summary>
    private async Task RerunAsync(JobSlot slot, JournalEntry entry)
    {
        slot.Claimed(counts: false);
        var backOff = new BackOff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _worker.Random);
        IWorkerJob? job = null;
        while (job is null && !_worker.Shutdown.Stopping.IsCancellationRequested)
        {
            try
            {
                job = await _worker.Queue.GetDetailsAsync(entry.Job, _worker.Shutdown.Stopping).ConfigureAwait(false);
                break;
            }
            catch (Exception) when (_worker.Shutdown.Stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error) when (WorkerErrorPolicy.IsJobError(error))
            {
                // The report finds out what is the matter with it: over, or not to be reached.
                break;
            }
            catch (Exception error)
            {
                _worker.Warn(
                    entry.Job, $"Job {entry.Job.JobId} of the journal cannot be read yet: {error.Message}", error);
            }

            await _worker.WaitAsync(backOff.Next(), _worker.Shutdown.Stopping).ConfigureAwait(false);
        }

        await (job is null
            ? DeliverAsync(slot, entry.Job, BeginningOf(entry), CutOff(entry), work: null)
            : WorkAsync(slot, entry.Job, job, BeginningOf(entry), entry.Runs + 1)).ConfigureAwait(false);
    }

    private StartTime BeginningOf(JournalEntry entry) => StartTime.FromUtc(entry.Time, _worker.Clock);

    private static ThirdPartyJobOutcome CutOff(JournalEntry entry) => Failed(entry.Runs < MostRuns
        ? "The worker was cut off while it ran the job. It can be tried again."
        : $"The worker was cut off while it ran the job, {entry.Runs} times.");
}
