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
/// Runs a user's script as the worker's handler. Masks its output and derives the job's outcome. The engine masks the
/// outcome's own texts.
/// </summary>
/// <param name="shell">The executor of the script.</param>
/// <param name="isStrict">Whether non-terminating errors and exit codes of programs fail the job.</param>
/// <param name="secretKeys">Additional configuration keys with secret values.</param>
/// <param name="show">Called for each masked record of the script.</param>
internal sealed class ScriptHandler(
    IScriptExecutor shell, bool isStrict, IReadOnlyCollection<string> secretKeys, Action<HandlerRecord> show)
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
        HandlerCompletion end = await RunAsync(job, OnRecord, secrets, cancellationToken).ConfigureAwait(false);
        switch (end.Kind)
        {
            case HandlerCompletionKind.Failed:
                OnRecord(HandlerRecords.Classify(job.JobId, end.Error));
                if (!FailureMessageText.IsFromScript(end.Error!))
                {
                    // The stop itself can cause errors, for example in a module that was loading.
                    cancellationToken.ThrowIfCancellationRequested();
                }

                break;
            case HandlerCompletionKind.Broken:
                throw new JobFailedException(
                    FailureType.SystemUnavailable,
                    $"The handler's runspace closed while the handler ran: {end.Reason}");
            case HandlerCompletionKind.Stopped:
                cancellationToken.ThrowIfCancellationRequested();
                throw new JobFailedException(
                    FailureType.SystemUnavailable, "The worker was stopped while the handler ran.");
        }

        return verdict.Decide(end);

        void OnRecord(HandlerRecord record)
        {
            if (!verdict.Evaluate(record))
            {
                show(Masked(record));
            }
            else if (record.Original is ThirdPartyJobOutcome { Cause: ErrorRecord cause })
            {
                // The customer gets the message. The operator gets the position.
                show(Masked(HandlerRecords.Classify(job.JobId, cause)));
            }
        }

        HandlerRecord Masked(HandlerRecord record)
        {
            string text = secrets.Apply(record.Text);
            bool isMasked = text != record.Text || HandlerErrors.ContainsSecret(record.Original, secrets);
            if (record.Unwrapped is string unwrapped && secrets.Apply(unwrapped) is string whole && whole != unwrapped)
            {
                // Formatting may have split the secret, so that the text did not match.
                text = whole;
            }

            if (isMasked && record.Original is ErrorRecord error
                && FailureMessageText.PositionOf(error) is string position)
            {
                // PowerShell displays no position for a replaced error.
                text += $" ({position})";
            }

            return record with { Text = text, Activity = secrets.Apply(record.Activity), IsMasked = isMasked };
        }
    }

    private async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets, CancellationToken cancellationToken)
    {
        using HandlerProcesses processes = HandlerProcesses.Begin();
        _processes[job.JobId] = processes;
        try
        {
            return await shell.RunAsync(job, onRecord, secrets, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _processes.TryRemove(job.JobId, out _);
        }
    }
}
