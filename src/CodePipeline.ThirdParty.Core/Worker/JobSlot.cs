using System;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// One job's share of the worker: a handler's slot, then a place among the results to deliver. Disposing gives both
/// back.
/// </summary>
internal sealed class JobSlot(JobSlots slots, JobTicket ticket, bool isUndecided, bool isBusy) : IDisposable
{
    public JobTicket Ticket { get; } = ticket;

    // The state belongs to JobSlots, which reads and writes it under its lock.
    internal bool IsUndecided { get; set; } = isUndecided;

    internal bool IsBusy { get; set; } = isBusy;

    internal bool IsClaimed { get; set; }

    internal bool HasPendingResult { get; set; }

    internal bool IsStuck { get; set; }

    /// <summary>The job is claimed.</summary>
    /// <param name="counts">Whether it counts toward the worker's limit of jobs.</param>
    public void SetClaimed(bool counts) => slots.OnClaimed(this, counts);

    /// <summary>Keeps the slot busy until a handler that could not be stopped has ended.</summary>
    public void HoldUntil(Task handler)
    {
        slots.OnStuck(this);

        // The worker never waits for it: it may never end.
        _ = handler.ContinueWith(_ => slots.OnUnstuck(this), TaskScheduler.Default);
    }

    /// <summary>The handler's slot is free; the result is still to be delivered.</summary>
    public void SetResultReady() => slots.OnResult(this);

    public void Dispose() => slots.OnEnd(this);
}
