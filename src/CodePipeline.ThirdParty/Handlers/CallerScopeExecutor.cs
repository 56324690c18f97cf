using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The caller's own scope, on the pipeline thread: what <c>-ThrottleLimit 1</c> runs handlers in.</summary>
/// <param name="command">The worker's cmdlet.</param>
/// <param name="script">What to run.</param>
/// <param name="canAsk">Whether a handler may ask the user.</param>
/// <param name="stop">The pipeline ends, and with it what waits for its thread.</param>
internal sealed class CallerScopeExecutor(
    AsyncCommand command, HandlerScript script, bool canAsk, CancellationToken stop) : IScriptExecutor
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int GivenUp = 2;

    /// <inheritdoc/>
    public async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource<HandlerCompletion>(TaskCreationOptions.RunContinuationsAsynchronously);
        int state = Waiting;

        // A script that runs is stopped, and then comes to its end; one that waits for the thread never begins.
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
                var call = new HandlerCall(script, job, hear, secrets);
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
