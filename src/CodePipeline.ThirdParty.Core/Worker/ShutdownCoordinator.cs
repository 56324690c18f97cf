using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// The three steps of a stop: no more jobs; after the stop timeout no more handlers; a little later no more calls.
/// </summary>
// Sources without a timer hold nothing, and a handler that was left behind may look at them still.
#pragma warning disable CA1001
internal sealed class ShutdownCoordinator(
#pragma warning restore CA1001
    TimeSpan stopTimeout, TimeProvider clock)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _handlersEnd = new();
    private readonly CancellationTokenSource _callsEnd = new();
    private readonly TaskCompletionSource<bool> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// How long after the stop timeout calls may still go on: the grace of handlers, and then results made at the very
    /// end.
    /// </summary>
    public static TimeSpan FinalCallsTimeout { get; } = TimeSpan.FromSeconds(4.5);

    /// <summary>No polls, no claims, no handler begins.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Handlers that still run are told to end, and are failed.</summary>
    public CancellationToken HandlerCancellation => _handlersEnd.Token;

    /// <summary>What has not been delivered by now is left to the journal.</summary>
    public CancellationToken CallCancellation => _callsEnd.Token;

    /// <summary>Begins the stop. Returns at once, on whatever thread it is called.</summary>
    public void RequestStop() => _requested.TrySetResult(true);

    /// <summary>Takes the steps once the stop is asked for; runs until the worker has ended.</summary>
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
            _handlersEnd.Cancel();
            await clock.DelayAsync(FinalCallsTimeout, finished).ConfigureAwait(false);
            _callsEnd.Cancel();
        }
        catch (OperationCanceledException)
        {
            // The worker has ended before the stop had.
        }
    }
}
