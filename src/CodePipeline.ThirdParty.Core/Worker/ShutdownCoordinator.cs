using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Stops a worker in three steps: no more jobs; no more handlers after the stop timeout; no more calls after
/// <see cref="FinalCallsTimeout"/>.
/// </summary>
// The sources are not disposed: a handler that was left behind may still use their tokens.
#pragma warning disable CA1001
internal sealed class ShutdownCoordinator(
#pragma warning restore CA1001
    TimeSpan stopTimeout, TimeProvider clock)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _handlerCancellation = new();
    private readonly CancellationTokenSource _callCancellation = new();
    private readonly TaskCompletionSource<bool> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// How long calls may continue after the stop timeout: enough for the handlers' grace period and for delivering
    /// their results.
    /// </summary>
    public static TimeSpan FinalCallsTimeout { get; } = TimeSpan.FromSeconds(4.5);

    /// <summary>Cancelled first. The worker no longer polls, claims jobs or starts handlers.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Cancelled after the stop timeout. Handlers that still run must end.</summary>
    public CancellationToken HandlerCancellation => _handlerCancellation.Token;

    /// <summary>Cancelled last. Undelivered results stay in the journal.</summary>
    public CancellationToken CallCancellation => _callCancellation.Token;

    /// <summary>Requests the stop. Returns immediately; may be called on any thread, and more than once.</summary>
    public void RequestStop() => _requested.TrySetResult(true);

    /// <summary>Waits for a stop request, then takes the three steps.</summary>
    /// <param name="announce">Called before the first step.</param>
    /// <param name="finished">Ends the wait and the steps when the worker has ended.</param>
    public async Task WatchAsync(Action announce, CancellationToken finished)
    {
        try
        {
            Task ended = clock.DelayAsync(Timeout.InfiniteTimeSpan, finished);
            await Task.WhenAny(_requested.Task, ended).ConfigureAwait(false);
            finished.ThrowIfCancellationRequested();
            announce();
            _stopping.Cancel();
            await clock.DelayAsync(stopTimeout, finished).ConfigureAwait(false);
            _handlerCancellation.Cancel();
            await clock.DelayAsync(FinalCallsTimeout, finished).ConfigureAwait(false);
            _callCancellation.Cancel();
        }
        catch (OperationCanceledException)
        {
            // The worker ended before the last step.
        }
    }
}
