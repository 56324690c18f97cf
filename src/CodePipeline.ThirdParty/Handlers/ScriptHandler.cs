using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Worker;
using ErrorRecord = System.Management.Automation.ErrorRecord;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// A user's script as the worker's handler: what it writes is named and masked, how it ends is the job's outcome. The
/// texts of an outcome are the engine's to mask.
/// </summary>
/// <param name="shell">Where it runs.</param>
/// <param name="isStrict">Whether errors that end nothing, and exit codes of programs, fail the job.</param>
/// <param name="secretKeys">Keys of the configuration whose values are secret too.</param>
/// <param name="relay">Shows what the script wrote.</param>
internal sealed class ScriptHandler(
    IScriptExecutor shell, bool isStrict, IReadOnlyCollection<string> secretKeys, Action<HandlerRecord> relay)
    : IProcessHandler
{
    private readonly ConcurrentDictionary<string, HandlerProcesses> _processes = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void KillProcesses(string jobId)
    {
        if (_processes.TryGetValue(jobId, out HandlerProcesses? processes))
        {
            processes.Kill();
        }
    }

    /// <inheritdoc/>
    public async Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken)
    {
        SecretMask secrets = SecretMask.ForJob(job, secretKeys);
        var verdict = new HandlerVerdict(isStrict);
        HandlerCompletion end = await RunAsync(job, Hear, secrets, cancellationToken).ConfigureAwait(false);
        switch (end.Kind)
        {
            case HandlerCompletionKind.Failed:
                Hear(HandlerRecords.Classify(job.JobId, end.Error));
                if (!FailureMessageText.IsOfTheScript(end.Error!))
                {
                    // What the stop itself makes fail, such as a module that was being loaded.
                    cancellationToken.ThrowIfCancellationRequested();
                }

                break;
            case HandlerCompletionKind.Broken:
                throw new JobFailedException(
                    FailureType.SystemUnavailable, $"The runspace of the handler closed while it ran: {end.Reason}");
            case HandlerCompletionKind.Stopped:
                cancellationToken.ThrowIfCancellationRequested();
                throw new JobFailedException(
                    FailureType.SystemUnavailable, "The worker was stopped while the handler ran.");
        }

        return verdict.Decide(end);

        void Hear(HandlerRecord record)
        {
            if (!verdict.Takes(record))
            {
                relay(Masked(record));
            }
            else if (record.Original is ThirdPartyJobOutcome { Cause: ErrorRecord cause })
            {
                // The customer gets its message; where it happened is for the operator.
                relay(Masked(HandlerRecords.Classify(job.JobId, cause)));
            }
        }

        HandlerRecord Masked(HandlerRecord record)
        {
            string text = secrets.Apply(record.Text);
            bool isMasked = text != record.Text || HandlerErrors.Holds(record.Original, secrets);
            if (record.Unwrapped is string unwrapped && secrets.Apply(unwrapped) is string whole && whole != unwrapped)
            {
                // The layout may have cut the secret in two, so that it is not found in the text.
                text = whole;
            }

            if (isMasked && record.Original is ErrorRecord error && FailureMessageText.PlaceOf(error) is string place)
            {
                // PowerShell shows no place of an error that cannot be kept.
                text += $" ({place})";
            }

            return record with { Text = text, Activity = secrets.Apply(record.Activity), IsMasked = isMasked };
        }
    }

    private async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets, CancellationToken cancellationToken)
    {
        using HandlerProcesses processes = HandlerProcesses.Begin();
        _processes[job.JobId] = processes;
        try
        {
            return await shell.RunAsync(job, hear, secrets, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _processes.TryRemove(job.JobId, out _);
        }
    }
}
