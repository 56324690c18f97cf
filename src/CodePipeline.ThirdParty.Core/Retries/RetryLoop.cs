using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Retries;

/// <summary>Repeats a call until it has a final result, with growing waits in between.</summary>
/// <param name="firstWait">The wait after the first attempt, less its jitter.</param>
/// <param name="longestWait">The longest wait.</param>
/// <param name="clock">The only source of time.</param>
/// <param name="random">The only source of chance.</param>
internal sealed class RetryLoop(TimeSpan firstWait, TimeSpan longestWait, TimeProvider clock, Func<double> random)
{
    private readonly BackOff _backOff = new(firstWait, longestWait, random);

    /// <summary>The wait after one more failed attempt, for an attempt that reports it.</summary>
    public TimeSpan NextWait() => _backOff.Next();

    /// <summary>Runs attempts until one is final.</summary>
    /// <param name="attempt">One attempt. It handles its own exceptions: what it throws ends the loop.</param>
    /// <param name="whenCancelled">The result if a wait is cancelled.</param>
    /// <param name="cancellationToken">Ends a wait. The attempt has to observe it by itself.</param>
    public async Task<T> RunAsync<T>(
        Func<Task<Attempt<T>>> attempt, Func<T> whenCancelled, CancellationToken cancellationToken)
    {
        while (true)
        {
            Attempt<T> outcome = await attempt().ConfigureAwait(false);
            if (outcome.IsFinal)
            {
                return outcome.Result;
            }

            try
            {
                await clock.DelayAsync(outcome.Wait ?? NextWait(), cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return whenCancelled();
            }
        }
    }
}

/// <summary>How one attempt of a <see cref="RetryLoop"/> ended.</summary>
/// <param name="IsFinal">Whether no further attempt is made.</param>
/// <param name="Result">The result of a final attempt.</param>
/// <param name="Wait">The wait before the next attempt; <see langword="null"/> for the loop's own.</param>
internal readonly record struct Attempt<T>(bool IsFinal, T Result, TimeSpan? Wait);

/// <summary>Makes the outcomes of attempts.</summary>
internal static class Attempt
{
    public static Attempt<T> Final<T>(T result) => new(true, result, null);

    public static Attempt<T> Retry<T>(TimeSpan? wait = null) => new(false, default!, wait);
}
