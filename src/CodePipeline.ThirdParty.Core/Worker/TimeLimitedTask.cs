using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Why <see cref="TimeLimitedTask"/> returned.</summary>
internal enum TaskCompletion
{
    /// <summary>The work ended by itself, with a result or an exception.</summary>
    Completed,

    /// <summary>The time limit was reached.</summary>
    TimedOut,

    /// <summary>The worker stops.</summary>
    Stopped,
}

/// <summary>Runs work with a time limit, and stops waiting for work that ignores its cancellation.</summary>
internal static class TimeLimitedTask
{
    /// <summary>How long cancelled work may take to end.</summary>
    public static TimeSpan GracePeriod { get; } = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_escalationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs work until it ends, or until the grace period after its cancellation is over. The returned task may still
    /// run.
    /// </summary>
    /// <param name="work">The work. Its token is cancelled at the time limit and at the stop.</param>
    /// <param name="limit">The time limit; <see langword="null"/> for none.</param>
    /// <param name="clock">Measures all times.</param>
    /// <param name="stop">Cancels the work early.</param>
    /// <param name="escalate">
    /// Called halfway through the grace period if the work still runs. The second half begins when it returns, or after
    /// 10 seconds.
    /// </param>
    public static async Task<(TaskCompletion End, Task<T> Work)> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, TimeSpan? limit, TimeProvider clock, CancellationToken stop,
        Action? escalate = null)
    {
        // Not disposed: work that was left running may still use the token.
        var cancel = new CancellationTokenSource();

        // On another thread, because a handler may block before its first await.
        Task<T> running = Task.Run(() => work(cancel.Token), CancellationToken.None);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task end = clock.DelayAsync(limit ?? Timeout.InfiniteTimeSpan, ended.Token);
        if (await Task.WhenAny(running, end).ConfigureAwait(false) == running)
        {
            ended.Cancel();
            return (TaskCompletion.Completed, running);
        }

        TaskCompletion why = stop.IsCancellationRequested ? TaskCompletion.Stopped : TaskCompletion.TimedOut;

        // Callbacks that the handler registered on the token may block or throw.
        _ = Task.Run(cancel.Cancel, CancellationToken.None).ContinueWith(Observe, TaskScheduler.Default);
        using var grace = new CancellationTokenSource();
        TimeSpan rest = GracePeriod;
        if (escalate is not null)
        {
            rest = TimeSpan.FromTicks(GracePeriod.Ticks / 2);
            Task firstHalf = clock.DelayAsync(rest, grace.Token);
            if (await Task.WhenAny(running, firstHalf).ConfigureAwait(false) == firstHalf)
            {
                // The work may be unable to end before the escalation is done, so the second half starts after it.
                Task escalation = Task.Run(escalate, CancellationToken.None);
                _ = escalation.ContinueWith(Observe, TaskScheduler.Default);
                await Task.WhenAny(running, escalation, clock.DelayAsync(s_escalationTimeout, grace.Token))
                    .ConfigureAwait(false);
            }
        }

        await Task.WhenAny(running, clock.DelayAsync(rest, grace.Token)).ConfigureAwait(false);
        grace.Cancel();
        _ = running.ContinueWith(Observe, TaskScheduler.Default);
        return (why, running);
    }

    // Prevents an UnobservedTaskException event for a task that is no longer awaited.
    private static void Observe(Task task) => _ = task.Exception;
}
