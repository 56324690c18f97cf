using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>
/// A user's script as the worker's handler: what it writes is named and masked, how it ends is the job's outcome. The
/// texts of an outcome are the engine's to mask.
/// </summary>
/// <param name="shell">Where it runs.</param>
/// <param name="secretKeys">Keys of the configuration whose values are secret too.</param>
/// <param name="relay">Shows what the script wrote.</param>
internal sealed class ScriptHandler(
    IHandlerShell shell, IReadOnlyCollection<string> secretKeys, Action<HandlerRecord> relay) : IJobHandler
{
    /// <inheritdoc/>
    public async Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken)
    {
        SecretMask secrets = SecretMask.Of(job, secretKeys);
        ThirdPartyJobOutcome? outcome = null;
        HandlerEnd end = await shell.RunAsync(job, Hear, cancellationToken).ConfigureAwait(false);
        switch (end.Kind)
        {
            case HandlerEndKind.Completed:
                return outcome;
            case HandlerEndKind.Exited:
                throw new JobFailedException(
                    FailureType.JobFailed, $"The handler ended itself with 'exit {end.ExitCode}'.");
            case HandlerEndKind.Failed:
                Hear(HandlerRecords.Of(job.JobId, end.Error));
                throw new JobFailedException(FailureType.JobFailed, ErrorText.Of(end.Error!));
            case HandlerEndKind.Broken:
                throw new JobFailedException(
                    FailureType.SystemUnavailable, $"The runspace of the handler closed while it ran: {end.Reason}");
            default:
                cancellationToken.ThrowIfCancellationRequested();
                throw new JobFailedException(
                    FailureType.SystemUnavailable, "The worker was stopped while the handler ran.");
        }

        void Hear(HandlerRecord record)
        {
            if (record.Stream == HandlerStream.Output && record.Original is ThirdPartyJobOutcome given)
            {
                outcome = given;
                return;
            }

            string text = secrets.Apply(record.Text);
            relay(record with { Text = text, IsMasked = text != record.Text });
        }
    }
}
