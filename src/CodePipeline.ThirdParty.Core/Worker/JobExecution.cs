using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Runs one claimed job: creates its folders, downloads the input artifacts, runs the handler and uploads the output
/// artifacts.
/// </summary>
internal sealed class JobExecution
{
    private readonly WorkerContext _worker;
    private readonly IWorkerJob _job;
    private readonly SecretMask _mask;
    private readonly ArtifactTransfer _transfer;
    private JobDirectory? _folders;
    private bool _handlerThrew;

    public JobExecution(WorkerContext worker, IWorkerJob job)
    {
        _worker = worker;
        _job = job;
        _mask = SecretMask.ForJob(job, worker.Options.SecretKeys);
        _transfer = new ArtifactTransfer(worker, job, _mask);
    }

    /// <summary>The handler, if it could not be stopped and may still run; otherwise <see langword="null"/>.</summary>
    public Task? HandlerLeftBehind { get; private set; }

    private JobTicket Ticket => _job.Ticket;

    private CancellationToken Stopping => _worker.Shutdown.Stopping;

    /// <summary>
    /// Runs the job. Returns a result that the service accepts. Every exception becomes a failure result, because a
    /// claimed job without a result would hang until its time limit.
    /// </summary>
    public async Task<ThirdPartyJobOutcome> RunAsync()
    {
        try
        {
            return Sanitize(await ExecuteAsync().ConfigureAwait(false));
        }
        catch (Exception error)
        {
            // The type of the error alone: its message may hold a secret that could not be masked.
            _worker.Warn(Ticket, $"The worker could not run job {Ticket.JobId}: {error.GetType().Name}.", error);
            return ThirdPartyJobOutcome.Failed(FailureType.SystemUnavailable, "The worker could not run the job.");
        }
    }

    /// <summary>Deletes the job's folder. If its handler or a transfer still runs, deletes it afterwards.</summary>
    public async Task CleanUpAsync()
    {
        if (_folders is JobDirectory folders)
        {
            if ((HandlerLeftBehind ?? _transfer.LeftBehind) is { IsCompleted: false } running)
            {
                _ = running.ContinueWith(_ => folders.Delete(), TaskScheduler.Default);
            }
            else if (folders.AreMade)
            {
                await Task.Run(folders.Delete).ConfigureAwait(false);
            }
            else
            {
                folders.Delete();
            }
        }
    }

    private ThirdPartyJobOutcome Sanitize(ThirdPartyJobOutcome outcome)
    {
        // The customer reads the result, and must not see paths of this machine.
        var sanitizer = new OutcomeSanitizer(text => _folders?.HidePaths(_mask.Apply(text)) ?? _mask.Apply(text));
        ThirdPartyJobOutcome result = sanitizer.Sanitize(outcome);
        foreach (string warning in sanitizer.Warnings)
        {
            _worker.Warn(Ticket, warning);
        }

        return result;
    }

    private async Task<ThirdPartyJobOutcome> ExecuteAsync()
    {
        foreach (string key in _worker.Options.SecretKeys)
        {
            if (_job.Configuration[key] is { Length: > 0 } value)
            {
                SecretRegistry.Announce(value);
            }
        }

        if (Stopping.IsCancellationRequested)
        {
            return StoppedBeforeHandler();
        }

        JobArtifacts artifacts = _job.Artifacts;
        if (_worker.Mover is not null && artifacts.Inputs.Concat(artifacts.Outputs).Any(each => each.Name is null))
        {
            return ThirdPartyJobOutcome.Failed(
                FailureType.SystemUnavailable, "An artifact of the job has no name, so the worker cannot move it.");
        }

        // The transfers need the folders. Without artifacts, the folders are created on first use.
        _folders = _worker.WorkDirectory.ForJob(Ticket.JobId, _worker.Mover is null ? null : artifacts);
        if (_worker.Mover is not null && artifacts.Inputs.Count + artifacts.Outputs.Count > 0
            && _folders.Make() is Exception problem)
        {
            return FolderFailure(problem);
        }

        long startedAt = _worker.Clock.GetTimestamp();
        if (await _transfer.SaveInputsAsync(_folders, RemainingTime(startedAt)).ConfigureAwait(false)
            is ThirdPartyJobOutcome inputFailure)
        {
            return inputFailure;
        }

        if (Stopping.IsCancellationRequested)
        {
            return StoppedBeforeHandler();
        }

        ThirdPartyJobOutcome outcome = await HandleAsync(_folders, RemainingTime(startedAt)).ConfigureAwait(false);

        // The handler used a path that does not exist, so its outcome is meaningless.
        if (_folders.Problem is Exception missing)
        {
            return FolderFailure(missing);
        }

        if (_folders.UnknownArtifactMessage is string unknownArtifact)
        {
            _worker.Warn(Ticket, $"Job {Ticket.JobId}: {_mask.Apply(unknownArtifact)}");
            outcome = outcome.Failure is not FailureResult failure
                ? ThirdPartyJobOutcome.Failed(FailureType.JobFailed, unknownArtifact)
                : _handlerThrew && failure.Message.IndexOf(unknownArtifact, StringComparison.Ordinal) < 0
                ? ThirdPartyJobOutcome.From(failure with { Message = $"{failure.Message} {unknownArtifact}" })
                : outcome;
        }

        // Only a success publishes outputs. A continued action publishes them in a later job.
        return outcome.Outcome == WorkerOutcomes.Succeeded
            ? _transfer.CheckOutputs(_folders)
                ?? await _transfer.PublishOutputsAsync(_folders).ConfigureAwait(false)
                ?? outcome
            : outcome;
    }

    // The input transfer and the handler share the job's time limit.
    private TimeSpan? RemainingTime(long startedAt)
    {
        TimeSpan? left = _worker.Options.JobTimeout - _worker.Clock.GetElapsedTime(startedAt);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private async Task<ThirdPartyJobOutcome> HandleAsync(JobDirectory folders, TimeSpan? limit)
    {
        using TelemetryStep step = WorkerTelemetry.Step("handler", Ticket.ActionType, Ticket);
        _worker.Report(WorkerEventKind.HandlerStarted, Ticket, "The handler starts.");
        (TaskCompletion end, Task<ThirdPartyJobOutcome?> work) = await TimeLimitedTask.RunAsync(
            stop => _worker.Handler.HandleAsync(_job.ToHandlerJob(folders), stop),
            limit,
            _worker.Clock,
            _worker.Shutdown.HandlerCancellation,
            _worker.Handler is IProcessHandler handler ? () => handler.KillProcesses(Ticket.JobId) : null)
            .ConfigureAwait(false);
        ThirdPartyJobOutcome outcome = end == TaskCompletion.Completed
            ? await OutcomeAsync(work).ConfigureAwait(false)
            : await OutcomeOfCancelledAsync(end, work).ConfigureAwait(false);
        _handlerThrew = work.IsFaulted;
        Exception? error = _handlerThrew ? _mask.Clean(work.Exception!.GetBaseException()) : null;
        if (outcome.FailureType is FailureType type)
        {
            step.Failed(type.ToString());
        }

        string message = outcome.Failure is FailureResult failure
            ? $"The handler failed: {_mask.Apply(failure.Message)}"
            : "The handler ended.";
        _worker.Report(WorkerEventKind.HandlerEnded, Ticket, message, error);
        return outcome;
    }

    private static async Task<ThirdPartyJobOutcome> OutcomeAsync(Task<ThirdPartyJobOutcome?> work)
    {
        try
        {
            return await work.ConfigureAwait(false) ?? ThirdPartyJobOutcome.From(new SuccessResult());
        }
        catch (OperationCanceledException error)
        {
            return ThirdPartyJobOutcome.Failed(
                FailureType.JobFailed,
                $"The handler was cancelled, though the worker did not cancel it: {error.Message}");
        }
        catch (Exception error)
        {
            return ToFailure(error);
        }
    }

    /// <summary>
    /// The outcome of a handler that was cancelled. An explicit outcome counts, for example a continuation token. A
    /// <see cref="JobFailedException"/> counts, too. A plain return does not, because the work may be incomplete.
    /// </summary>
    private async Task<ThirdPartyJobOutcome> OutcomeOfCancelledAsync(
        TaskCompletion end, Task<ThirdPartyJobOutcome?> work)
    {
        if (!work.IsCompleted)
        {
            HandlerLeftBehind = work;
            _worker.Report(
                WorkerEventKind.HandlerLeftBehind, Ticket,
                $"The handler of job {Ticket.JobId} cannot be stopped. The worker reports the job as failed. The job "
                + "keeps its slot until the handler ends.");
        }
        else
        {
            try
            {
                if (await work.ConfigureAwait(false) is ThirdPartyJobOutcome outcome)
                {
                    return outcome;
                }
            }
            catch (JobFailedException error)
            {
                return ToFailure(error);
            }
            catch (Exception)
            {
                // The reason for the cancellation, below, says more than this exception.
            }
        }

        return end == TaskCompletion.TimedOut
            ? ThirdPartyJobOutcome.Failed(
                FailureType.JobFailed, $"The handler did not end within {_worker.Options.JobTimeout:c}.")
            : ThirdPartyJobOutcome.Failed(
                FailureType.SystemUnavailable,
                $"The worker was stopped, and the handler did not end within {_worker.Options.StopTimeout:c}.");
    }

    private static ThirdPartyJobOutcome ToFailure(Exception error)
    {
        Exception cause = error is AggregateException many ? many.GetBaseException() : error;
        string message = string.IsNullOrWhiteSpace(cause.Message) ? cause.GetType().Name : cause.Message;
        return cause is JobFailedException failed
            ? ThirdPartyJobOutcome.From(new FailureResult(failed.Type, message, failed.ExternalExecutionId))
            : ThirdPartyJobOutcome.Failed(FailureType.JobFailed, message);
    }

    private ThirdPartyJobOutcome FolderFailure(Exception error)
    {
        _worker.Warn(Ticket, $"The worker could not create a folder for job {Ticket.JobId}: {error.Message}", error);
        return ThirdPartyJobOutcome.Failed(
            FailureType.SystemUnavailable, "The worker could not create a folder for the job.");
    }

    private static ThirdPartyJobOutcome StoppedBeforeHandler() => ThirdPartyJobOutcome.Failed(
        FailureType.SystemUnavailable,
        "The worker was stopped before the handler started, so the job was not run. It can be tried again.");
}
