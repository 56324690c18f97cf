using System;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Finishes the jobs that an earlier worker left in the journal.</summary>
internal sealed class JobRecovery(WorkerContext worker, JobSlots slots)
{
    // Prevents a crash loop when a handler kills its worker.
    private const int MaxRuns = 3;

    /// <summary>Delivers what has a result, and queues what needs a handler.</summary>
    public void Start()
    {
        foreach (JournalEntry entry in worker.Journal.PendingEntries)
        {
            bool runsAgain = entry.Stage == JournalStage.Claimed
                && worker.Options.Recovery == RecoveryMode.Rerun
                && entry.Runs < MaxRuns;
            string what = entry.Stage switch
            {
                JournalStage.Result => "The result of an earlier worker is sent again.",
                JournalStage.Claiming => "An earlier worker was claiming the job. This worker checks who has it.",
                _ when runsAgain => "An earlier worker was cut off. The handler runs again.",
                _ => "An earlier worker was cut off. The job is failed.",
            };
            worker.Report(WorkerEventKind.Recovered, entry.Job, what);
            if (entry.Stage == JournalStage.Claiming || runsAgain)
            {
                slots.Enqueue(entry);
            }
            else
            {
                Deliver(entry);
            }
        }
    }

    /// <summary>Starts queued jobs for which a slot is free.</summary>
    public void StartQueued()
    {
        while (slots.TryDequeue(out JournalEntry entry, out JobSlot slot))
        {
            JobRun run = new(worker, slots, slot);
            _ = Task.Run(() =>
                entry.Stage == JournalStage.Claiming ? run.ResumeClaimAsync(entry) : run.RerunAsync(entry));
        }
    }

    /// <summary>The worker stops: fails the queued jobs that are claimed, since they must not hang.</summary>
    public void Abandon()
    {
        foreach (JournalEntry entry in slots.DequeueAll())
        {
            if (entry.Stage == JournalStage.Claimed)
            {
                Deliver(entry);
            }
            else
            {
                worker.Warn(
                    entry.Job,
                    $"Job {entry.Job.JobId} stays in the journal: the worker ended before it knew who has the job.");
            }
        }
    }

    /// <summary>The result of a job whose worker was cut off.</summary>
    public static ThirdPartyJobOutcome CutOff(JournalEntry entry) => ThirdPartyJobOutcome.Failed(
        FailureType.SystemUnavailable,
        entry.Runs < MaxRuns
            ? "The worker was cut off while it ran the job. It can be tried again."
            : $"The worker was cut off while it ran the job, {entry.Runs} times.");

    private void Deliver(JournalEntry entry)
    {
        JobRun run = new(worker, slots, slots.TakeWithoutSlot(entry.Job));
        _ = Task.Run(() => run.DeliverAsync(entry));
    }
}
