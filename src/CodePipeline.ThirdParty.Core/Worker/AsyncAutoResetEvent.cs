using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// An event that one caller awaits. A signal that arrives while no caller waits completes the next wait.
/// </summary>
internal sealed class AsyncAutoResetEvent
{
    private readonly object _lock = new();
    private TaskCompletionSource<bool> _changed = New();

    public void Set()
    {
        lock (_lock)
        {
            _changed.TrySetResult(true);
        }
    }

    /// <summary>Waits for the signal and resets it. Returns without a signal when the limit has elapsed.</summary>
    /// <param name="limit">The longest wait; <see langword="null"/> for no limit.</param>
    /// <param name="clock">Measures the limit.</param>
    public async Task WaitAsync(TimeSpan? limit, TimeProvider clock)
    {
        Task changed = _changed.Task;
        if (!changed.IsCompleted && limit is null)
        {
            await changed.ConfigureAwait(false);
        }
        else if (!changed.IsCompleted && limit > TimeSpan.Zero)
        {
            using var delayCancellation = new CancellationTokenSource();
            await Task.WhenAny(changed, clock.DelayAsync(limit.Value, delayCancellation.Token)).ConfigureAwait(false);
            delayCancellation.Cancel();
        }

        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
            {
                _changed = New();
            }
        }
    }

    private static TaskCompletionSource<bool> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
