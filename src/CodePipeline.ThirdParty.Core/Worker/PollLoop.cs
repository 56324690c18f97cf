using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Polls while there is room for jobs, and starts a run for each job that a poll returns.</summary>
internal sealed class PollLoop(WorkerContext worker, JobSlots slots, PollScheduler scheduler, JobRecovery recovery)
{
    private int _announced;

    private CancellationToken Stopping => worker.Shutdown.Stopping;

    /// <summary>Polls until a limit or the stop ends it. Returns the error that ends the worker, if any.</summary>
    public async Task<Exception?> RunAsync()
    {
        while (!Stopping.IsCancellationRequested)
        {
            recovery.StartQueued();
            PollDecision decision = slots.Decide();
            if (decision.EndReason is string reason)
            {
                AnnounceEnd(reason);

                // If no poll has ever succeeded, the worker does not know that the queue is empty.
                return decision.Error ?? scheduler.FirstFailure;
            }

            if (decision.Room > 0 && scheduler.Next(decision.Now, decision.GatherUntil) is PollQueueEntry next)
            {
                slots.EndGathering();
                if (await PollAsync(next, decision.Room).ConfigureAwait(false) is Exception permanent)
                {
                    return permanent;
                }
            }
            else
            {
                await slots.Changed.WaitAsync(WaitTime(decision), worker.Clock).ConfigureAwait(false);
            }
        }

        return null;
    }

    /// <summary>
    /// Reports why the worker takes no more jobs. Only once: a stop may be requested while the worker already ends.
    /// </summary>
    public void AnnounceEnd(string reason)
    {
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            worker.Report(WorkerEventKind.Stopping, reason);
        }
    }

    private TimeSpan? WaitTime(PollDecision decision)
    {
        TimeSpan? due = decision.Room > 0 ? scheduler.DueIn(decision.Now, decision.GatherUntil) : null;
        return decision.NextChange is null || due < decision.NextChange ? due : decision.NextChange;
    }

    /// <summary>Polls one action type. Returns an error that no later poll can change.</summary>
    private async Task<Exception?> PollAsync(PollQueueEntry target, int room)
    {
        long polledAt = worker.Clock.GetTimestamp();
        IReadOnlyList<JobTicket> tickets;
        using (TelemetryStep step = WorkerTelemetry.Step("poll", target.ActionType))
        {
            try
            {
                tickets = await worker.Queue.PollAsync(target.ActionType, room, Stopping).ConfigureAwait(false);
            }
            catch (Exception) when (Stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error)
            {
                step.Failed(error.GetType().Name);
                return RecordFailure(target, error);
            }
        }

        scheduler.RecordSuccess(target, tickets.Count >= room, slots.Elapsed);
        worker.Report(new WorkerEvent(WorkerEventKind.Polled, worker.Now)
        {
            ActionType = target.ActionType,
            Count = tickets.Count,
            Message = $"The poll for {target.ActionType} returned {Jobs(tickets.Count)}.",
        });
        foreach (JobTicket ticket in tickets.Take(room).TakeWhile(_ => !Stopping.IsCancellationRequested))
        {
            if (slots.TryReserve(ticket) is JobSlot slot)
            {
                _ = Task.Run(() => new JobRun(worker, slots, slot).ClaimAndRunAsync(polledAt));
            }
            else
            {
                worker.Report(WorkerEventKind.JobSkipped, ticket, "This worker has the job already.");
            }
        }

        return null;
    }

    internal static string Jobs(int count) => count == 1 ? "1 job" : $"{count} jobs";

    private Exception? RecordFailure(PollQueueEntry target, Exception error)
    {
        WorkerTelemetry.PollFailed(target.ActionType, error);
        if (!target.HasSucceeded && target.BackOff.Failures == 0 && WorkerErrorPolicy.IsPermanent(error))
        {
            return error;
        }

        TimeSpan wait = PollScheduler.RecordFailure(target, slots.Elapsed, error);
        worker.Report(
            WorkerEventKind.PollFailed,
            $"The poll for {target.ActionType} failed. The next one is in {wait.TotalSeconds:0.#} s. {error.Message}",
            target.ActionType,
            error);
        return null;
    }
}
