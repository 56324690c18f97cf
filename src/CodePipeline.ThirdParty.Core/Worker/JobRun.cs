using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>One job's way through the worker: claim, execution, delivery of the result.</summary>
/// <remarks>
/// Each public method runs a job to its end and gives its slot back. After a claim every exception ends in a failure
/// result: only the delivery follows, and it handles what its parts throw.
/// </remarks>
internal sealed class JobRun(WorkerContext worker, JobSlots slots, JobSlot slot)
{
    // Polls would only return more jobs that cannot be claimed.
    private static readonly TimeSpan s_journalPause = TimeSpan.FromSeconds(30);

    private JobTicket Ticket => slot.Ticket;

    /// <summary>Claims a polled job and runs it.</summary>
    /// <param name="polledAt">When the poll was sent; a timestamp of the worker's clock.</param>
    public Task ClaimAndRunAsync(long polledAt) => TrackAsync(async () =>
    {
        var claim = new JobClaim(
            worker, Ticket, () => worker.Clock.GetElapsedTime(polledAt) < worker.Options.ClaimWindow);
        (ClaimOutcome outcome, IWorkerJob? job) = await claim.ReadAndClaimAsync().ConfigureAwait(false);
        if (claim.JournalFailed)
        {
            slots.Pause(s_journalPause);
        }

        await RunIfClaimedAsync(outcome, job, counts: true).ConfigureAwait(false);
    });

    /// <summary>Finishes a claim that an earlier worker began.</summary>
    public Task ResumeClaimAsync(JournalEntry entry) => TrackAsync(async () =>
    {
        // A claim from the future means that the clock was set back: its age is unknown.
        StartTime claimedAt = StartTimeOf(entry);
        var claim = new JobClaim(
            worker, Ticket,
            () => entry.Time <= claimedAt.SeenAt && claimedAt.Elapsed < worker.Options.ClaimWindow);
        (ClaimOutcome outcome, IWorkerJob? job) =
            await claim.ResumeAsync(entry.ClaimFingerprint).ConfigureAwait(false);
        await RunIfClaimedAsync(outcome, job, counts: false).ConfigureAwait(false);
    });

    /// <summary>Runs the handler of an earlier worker's job again. Its details can be read until it is over.</summary>
    public Task RerunAsync(JournalEntry entry) => TrackAsync(async () =>
    {
        slot.SetClaimed(counts: false);
        WorkerTelemetry.Claimed(Ticket);
        IWorkerJob? job = await ReadAgainAsync().ConfigureAwait(false);
        await (job is null
            ? DeliverAsync(StartTimeOf(entry), JobRecovery.CutOff(entry))
            : ExecuteAsync(job, StartTimeOf(entry), entry.Runs + 1)).ConfigureAwait(false);
    });

    /// <summary>Delivers the result of an earlier worker's job.</summary>
    public Task DeliverAsync(JournalEntry entry) => TrackAsync(() => entry.Result is ThirdPartyJobOutcome result
        ? DeliverAsync(StartTimeOf(entry), result, isInJournal: true)
        : DeliverAsync(StartTimeOf(entry), JobRecovery.CutOff(entry)));

    private async Task TrackAsync(Func<Task> run)
    {
        using JobSlot own = slot;
        using TelemetryStep step = WorkerTelemetry.Step("job", Ticket.ActionType, Ticket);
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            worker.Warn(Ticket, $"Job {Ticket.JobId} failed inside the worker: {error.Message}", error);
        }
    }

    private async Task RunIfClaimedAsync(ClaimOutcome outcome, IWorkerJob? job, bool counts)
    {
        if (job is null || outcome is ClaimOutcome.NotOurs or ClaimOutcome.Unknown)
        {
            return;
        }

        var startTime = StartTime.Now(worker.Clock);
        slot.SetClaimed(counts);
        WorkerTelemetry.Claimed(Ticket);
        worker.Report(WorkerEventKind.JobClaimed, Ticket, "The job is claimed.");
        await (outcome == ClaimOutcome.ClaimedUnconfirmed
            ? DeliverAsync(startTime, Failed(
                "The response to the job's claim was lost, so the job was not run. It can be tried again."))
            : ExecuteAsync(job, startTime, runs: 1)).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(IWorkerJob job, StartTime startTime, int runs)
    {
        await TryJournalAsync(() => worker.Journal.ClaimedAsync(Ticket, runs)).ConfigureAwait(false);
        JobExecution? execution = null;
        ThirdPartyJobOutcome outcome;
        try
        {
            execution = new JobExecution(worker, job);
            outcome = await execution.RunAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The type of the error alone: its message may hold a secret that could not be masked.
            worker.Warn(Ticket, $"The worker could not run job {Ticket.JobId}: {error.GetType().Name}.", error);
            outcome = Failed("The worker could not run the job.");
        }

        if (execution?.HandlerLeftBehind is { IsCompleted: false } handler)
        {
            slot.HoldUntil(handler);
        }

        await DeliverAsync(startTime, outcome, isInJournal: false, execution).ConfigureAwait(false);
    }

    private async Task DeliverAsync(
        StartTime startTime, ThirdPartyJobOutcome outcome, bool isInJournal = false, JobExecution? execution = null)
    {
        if (!isInJournal)
        {
            await TryJournalAsync(() => worker.Journal.ResultAsync(Ticket, outcome)).ConfigureAwait(false);
        }

        slot.SetResultReady();
        if (slot.IsClaimed)
        {
            WorkerTelemetry.Worked(Ticket);
        }

        Task cleanUp = CleanUpAsync(execution);
        var delivery = new ResultDelivery(worker, Ticket, outcome, maybeTaken: isInJournal);
        string end = await delivery.SendAsync().ConfigureAwait(false);
        if (end != WorkerOutcomes.Undelivered)
        {
            await TryJournalAsync(() => worker.Journal.CompleteAsync(Ticket, end)).ConfigureAwait(false);
        }

        await cleanUp.ConfigureAwait(false);
        Report(delivery, end, startTime);
    }

    private void Report(ResultDelivery delivery, string end, StartTime startTime)
    {
        ThirdPartyJobOutcome sent = delivery.Sent;
        var report = new JobReport
        {
            JobId = Ticket.JobId,
            ClientId = Ticket.ClientId,
            ActionType = Ticket.ActionType,
            Outcome = end,
            StartedAt = startTime.Time,
            Duration = startTime.Elapsed,
            FailureType = sent.FailureType,
            Message = delivery.Problem ?? sent.FailureMessage ?? sent.Summary,
            ExternalExecutionId = sent.ExternalExecutionId,
        };
        WorkerTelemetry.Ended(report);
        worker.Report(new WorkerEvent(WorkerEventKind.JobEnded, worker.Now)
        {
            Job = Ticket,
            ActionType = Ticket.ActionType,
            Message = report.Message ?? end,
            Result = report,
        });
    }

    private Task<IWorkerJob?> ReadAgainAsync()
    {
        CancellationToken stopping = worker.Shutdown.Stopping;
        RetryLoop retries = worker.NewRetryLoop(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
        return retries.RunAsync<IWorkerJob?>(
            async () =>
            {
                try
                {
                    return Attempt.Final<IWorkerJob?>(
                        await worker.Queue.GetDetailsAsync(Ticket, stopping).ConfigureAwait(false));
                }
                catch (Exception error) when (stopping.IsCancellationRequested || WorkerErrorPolicy.IsJobError(error))
                {
                    // The delivery of the result finds out whether the job is over.
                    return Attempt.Final<IWorkerJob?>(null);
                }
                catch (Exception error)
                {
                    worker.Warn(
                        Ticket, $"Job {Ticket.JobId} of the journal cannot be read yet: {error.Message}", error);
                    return Attempt.Retry<IWorkerJob?>();
                }
            },
            whenCancelled: () => null,
            stopping);
    }

    /// <summary>Writes to the journal. A failure after the claim does not stop the job, which would hang.</summary>
    private async Task TryJournalAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            worker.Warn(Ticket, $"Job {Ticket.JobId} continues without its journal entry: {error.Message}", error);
        }
    }

    private async Task CleanUpAsync(JobExecution? execution)
    {
        try
        {
            await (execution?.CleanUpAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            worker.Warn(
                Ticket, $"The folder of job {Ticket.JobId} could not be deleted: {error.Message}", error);
        }
    }

    private StartTime StartTimeOf(JournalEntry entry) => StartTime.FromUtc(entry.Time, worker.Clock);

    private static ThirdPartyJobOutcome Failed(string message) =>
        ThirdPartyJobOutcome.Failed(FailureType.SystemUnavailable, message);
}
