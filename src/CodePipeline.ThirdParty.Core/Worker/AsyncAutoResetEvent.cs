using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Wakes the one that waits for something to change; a change while nobody waits is not lost.</summary>
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

    /// <summary>Waits for a change, at most so long; <see langword="null"/> for as long as it takes.</summary>
    public async Task WaitAsync(TimeSpan? limit, TimeProvider clock)
    {
        Task changed = _changed.Task;
        if (!changed.IsCompleted && limit is null)
        {
            await changed.ConfigureAwait(false);
        }
        else if (!changed.IsCompleted && limit > TimeSpan.Zero)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(changed, clock.DelayAsync(limit.Value, enough.Token)).ConfigureAwait(false);
            enough.Cancel();
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
