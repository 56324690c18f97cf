using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Runs handlers in the caller's scope on the pipeline thread, for <c>-ThrottleLimit 1</c>.</summary>
/// <param name="command">The worker's cmdlet.</param>
/// <param name="script">The handler script.</param>
/// <param name="canAsk">Whether a handler may prompt the user.</param>
/// <param name="stop">
/// Cancelled when the pipeline ends. Handlers that still wait for its thread then never start.
/// </param>
internal sealed class CallerScopeExecutor(
    AsyncCommand command, HandlerScript script, bool canAsk, CancellationToken stop) : IScriptExecutor
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int GivenUp = 2;

    /// <inheritdoc/>
    public async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource<HandlerCompletion>(TaskCreationOptions.RunContinuationsAsynchronously);
        int state = Waiting;

        // Cancellation stops a running script, which then ends by itself. A waiting script never starts.
        using CancellationTokenRegistration cancelled = cancellationToken.Register(GiveUp);
        using CancellationTokenRegistration stopped = stop.Register(GiveUp);
        command.OnPipeline(() =>
        {
            if (Interlocked.CompareExchange(ref state, Running, Waiting) != Waiting)
            {
                return;
            }

            try
            {
                var call = new HandlerCall(script, job, onRecord, secrets);
                command.Shell.RunHandler(call, canAsk, cancellationToken);
                end.TrySetResult(call.End);
            }
            catch (Exception error)
            {
                end.TrySetException(error);
            }
        });
        return await end.Task.ConfigureAwait(false);

        void GiveUp()
        {
            if (Interlocked.CompareExchange(ref state, GivenUp, Waiting) == Waiting)
            {
                end.TrySetResult(HandlerCompletion.Stopped);
            }
        }
    }
}
