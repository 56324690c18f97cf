using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How work came to its end.</summary>
internal enum TaskCompletion
{
    /// <summary>By itself: well, or with an exception.</summary>
    Completed,

    /// <summary>Its time was up.</summary>
    TimedOut,

    /// <summary>The worker stops.</summary>
    Stopped,
}

/// <summary>Runs work that may ignore its token, and goes on without it where it does.</summary>
internal static class TimeLimitedTask
{
    /// <summary>How long work gets to end by itself once it was told to.</summary>
    public static TimeSpan GracePeriod { get; } = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_longestInsisting = TimeSpan.FromSeconds(10);

    /// <summary>Runs work until it ends, its time is up, or the stop comes. The task may still run then.</summary>
    /// <param name="work">The work.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="insist">Called in the middle of its grace, where it has not ended by itself until then.</param>
    public static async Task<(TaskCompletion End, Task<T> Work)> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeSpan? limit, TimeProvider clock, CancellationToken stop,
        Action? insist = null)
    {
        // Not disposed: work that goes on after its end may still look at its token.
        var cancel = new CancellationTokenSource();

        // On a thread of its own, since a handler may block before its first wait.
        Task<T> running = Task.Run(() => work(cancel.Token), CancellationToken.None);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task end = clock.DelayAsync(limit ?? Timeout.InfiniteTimeSpan, ended.Token);
        if (await Task.WhenAny(running, end).ConfigureAwait(false) == running)
        {
            ended.Cancel();
            return (TaskCompletion.Completed, running);
        }

        TaskCompletion why = stop.IsCancellationRequested ? TaskCompletion.Stopped : TaskCompletion.TimedOut;

        // What hangs on the token may block or throw; that is the handler's affair.
        _ = Task.Run(cancel.Cancel, CancellationToken.None).ContinueWith(Observe, TaskScheduler.Default);
        using var grace = new CancellationTokenSource();
        TimeSpan rest = GracePeriod;
        if (insist is not null)
        {
            rest = TimeSpan.FromTicks(GracePeriod.Ticks / 2);
            Task inTheMiddle = clock.DelayAsync(rest, grace.Token);
            if (await Task.WhenAny(running, inTheMiddle).ConfigureAwait(false) == inTheMiddle)
            {
                // The rest of the grace begins when that is done: only then can the work come to its end.
                Task insisting = Task.Run(insist, CancellationToken.None);
                _ = insisting.ContinueWith(Observe, TaskScheduler.Default);
                await Task.WhenAny(running, insisting, clock.DelayAsync(s_longestInsisting, grace.Token))
                    .ConfigureAwait(false);
            }
        }

        await Task.WhenAny(running, clock.DelayAsync(rest, grace.Token)).ConfigureAwait(false);
        grace.Cancel();
        _ = running.ContinueWith(Observe, TaskScheduler.Default);
        return (why, running);
    }

    // Nobody waits for it any more: its exception must not come up as unobserved.
    private static void Observe(Task task) => _ = task.Exception;
}
