using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The work of one claimed job: folders, inputs, handler, outputs. Always ends in a report.</summary>
internal sealed class JobWork
{
    private readonly WorkerContext _worker;
    private readonly IWorkerJob _job;
    private readonly SecretMask _mask;
    private JobFolders? _folders;
    private Task? _leftBehind;
    private string? _moved;

    public JobWork(WorkerContext worker, IWorkerJob job)
    {
        _worker = worker;
        _job = job;
        _mask = SecretMask.Of(job, worker.Options.SecretKeys);
        foreach (string key in worker.Options.SecretKeys)
        {
            if (job.Configuration[key] is { Length: > 0 } value)
            {
                SecretRegistry.Announce(value);
            }
        }
    }

    private JobTicket Ticket => _job.Ticket;

    private CancellationToken Stopping => _worker.Stop.Stopping;

    /// <summary>Runs to the report, fit to be sent.</summary>
    public async Task<ThirdPartyJobOutcome> RunAsync()
    {
        ThirdPartyJobOutcome outcome;
        try
        {
            outcome = await WorkAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Nothing above should throw; whatever it is, the job must not hang for it.
            outcome = Failed(FailureType.SystemUnavailable, $"The worker could not run the job: {error.Message}");
        }

        var fit = new OutcomeFit(_mask.Apply);
        outcome = fit.Of(outcome);
        foreach (string warning in fit.Warnings)
        {
            _worker.Warn(Ticket, warning);
        }

        return outcome;
    }

    /// <summary>Deletes the job's folder; where a handler was left behind, when that has ended.</summary>
    public async Task CleanUpAsync()
    {
        if (_folders is JobFolders folders)
        {
            if (_leftBehind is { IsCompleted: false } leftBehind)
            {
                _ = leftBehind.ContinueWith(_ => folders.Delete(), TaskScheduler.Default);
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

    private async Task<ThirdPartyJobOutcome> WorkAsync()
    {
        if (Stopping.IsCancellationRequested)
        {
            return StoppedBefore();
        }

        // With artifacts, their places have to be there before the handler looks for them.
        JobArtifacts artifacts = _job.Artifacts;
        _folders = _worker.Folders.Of(Ticket.JobId, _worker.Mover is null ? null : artifacts);
        if (_worker.Mover is not null && artifacts.Inputs.Count + artifacts.Outputs.Count > 0
            && _folders.Make() is Exception problem)
        {
            return NoFolder(problem);
        }

        if (await MoveAsync("Input", _job.Artifacts.Inputs.Count, SaveInputsAsync, Stopping).ConfigureAwait(false)
            is ThirdPartyJobOutcome noInputs)
        {
            return noInputs;
        }

        if (Stopping.IsCancellationRequested)
        {
            return StoppedBefore();
        }

        ThirdPartyJobOutcome outcome = await HandleAsync(_folders).ConfigureAwait(false);

        // It looked for a folder that was not there: nothing that it says of its work counts.
        if (_folders.Problem is Exception missing)
        {
            return NoFolder(missing);
        }

        // What goes on in a later job has its outputs later, and what failed hands nothing on.
        return outcome.Outcome == WorkerOutcomes.Succeeded
            ? await MoveAsync("Output", _job.Artifacts.Outputs.Count, PublishOutputsAsync, _worker.Stop.HandlersEnd)
                .ConfigureAwait(false) ?? outcome
            : outcome;
    }

    private async Task<ThirdPartyJobOutcome> HandleAsync(JobFolders folders)
    {
        using Activity? step = WorkerTelemetry.Step("handler", Ticket.ActionType, Ticket);
        _worker.Report(WorkerEventKind.HandlerStarted, Ticket, "The handler begins.");
        (WorkEnd end, Task<ThirdPartyJobOutcome?> work) = await Bounded.RunAsync(
            stop => _worker.Handler.HandleAsync(_job.ForHandler(folders), stop),
            _worker.Options.JobTimeout,
            _worker.Clock,
            _worker.Stop.HandlersEnd).ConfigureAwait(false);
        ThirdPartyJobOutcome outcome = end == WorkEnd.OfItself
            ? await OutcomeAsync(work).ConfigureAwait(false)
            : await CutOffAsync(end, work).ConfigureAwait(false);
        Exception? error = work.IsFaulted ? _mask.Clean(work.Exception!.GetBaseException()) : null;
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
            return await work.ConfigureAwait(false) ?? ThirdPartyJobOutcome.Of(new SuccessResult());
        }
        catch (OperationCanceledException error)
        {
            return Failed(
                FailureType.JobFailed, $"The handler was cancelled, though nobody asked for it: {error.Message}");
        }
        catch (Exception error)
        {
            return OfException(error);
        }
    }

    /// <summary>
    /// The handler was told to end. What it says explicitly in its grace counts: an outcome, such as a continuation
    /// token to go on with, or a failure in its own words. Just coming back does not: it may have left its work
    /// half-done.
    /// </summary>
    private async Task<ThirdPartyJobOutcome> CutOffAsync(WorkEnd end, Task<ThirdPartyJobOutcome?> work)
    {
        if (!work.IsCompleted)
        {
            _leftBehind = work;
            _worker.Warn(Ticket, $"The handler of job {Ticket.JobId} does not heed its end, and is left behind.");
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
                return OfException(error);
            }
            catch (Exception)
            {
                // What a cancellation throws says less than the reason of it.
            }
        }

        return end == WorkEnd.TimeUp
            ? Failed(
                FailureType.JobFailed, $"The handler did not end within {Text(_worker.Options.JobTimeout!.Value)}.")
            : Failed(
                FailureType.SystemUnavailable,
                $"The worker was stopped, and the handler did not end within {Text(_worker.Options.StopTimeout)}.");
    }

    /// <summary>Moves artifacts; gives the failure where that did not succeed.</summary>
    private async Task<ThirdPartyJobOutcome?> MoveAsync(
        string which, int count, Func<CancellationToken, Task<bool>> move, CancellationToken stop)
    {
        if (_worker.Mover is null || count == 0)
        {
            return null;
        }

        using Activity? step = WorkerTelemetry.Step(which.ToLowerInvariant() + "s", Ticket.ActionType, Ticket);
        (WorkEnd end, Task<bool> work) =
            await Bounded.RunAsync(move, limit: null, _worker.Clock, stop).ConfigureAwait(false);
        if (end != WorkEnd.OfItself)
        {
            _leftBehind = work;
            return Failed(
                FailureType.SystemUnavailable,
                $"The worker was stopped while it moved {which.ToLowerInvariant()} artifacts.");
        }

        try
        {
            await work.ConfigureAwait(false);
            return null;
        }
        catch (Exception error)
        {
            step.Failed(error.GetType().Name);
            string message = TransferFailure.MessageOf(error, _moved);
            _worker.Warn(
                Ticket, $"{which} artifacts of job {Ticket.JobId}: {_mask.Apply(message)}", _mask.Clean(error));
            return Failed(TransferFailure.TypeOf(error), $"{which} artifact: {message}");
        }
    }

    private async Task<bool> SaveInputsAsync(CancellationToken stop)
    {
        foreach (JobArtifact artifact in _job.Artifacts.Inputs)
        {
            if (artifact.Name is string name)
            {
                _moved = name;
                await _worker.Mover!.SaveAsync(
                    Voiced(), artifact, _folders!.InputPath[name], expand: true, progress: null, stop)
                    .ConfigureAwait(false);
            }
        }

        return true;
    }

    private async Task<bool> PublishOutputsAsync(CancellationToken stop)
    {
        foreach (JobArtifact artifact in _job.Artifacts.Outputs)
        {
            if (artifact.Name is not string name)
            {
                continue;
            }

            string path = _folders!.OutputPath[name];
            if (!File.Exists(path) && !Directory.Exists(path))
            {
                _worker.Report(
                    WorkerEventKind.Note, Ticket,
                    $"The handler left no output artifact '{name}'; nothing is published.");
                continue;
            }

            _moved = name;
            await _worker.Mover!.PublishAsync(Voiced(), artifact, path, progress: null, stop).ConfigureAwait(false);
        }

        return true;
    }

    // What a transfer does and what it warns of is said of the job that it is for.
    private JobArtifacts Voiced() => _job.Artifacts with
    {
        Say = text => _worker.Report(WorkerEventKind.Note, Ticket, _mask.Apply(text)),
        Warn = text => _worker.Warn(Ticket, _mask.Apply(text)),
    };

    private static ThirdPartyJobOutcome OfException(Exception error)
    {
        Exception clearest = error is AggregateException many ? many.GetBaseException() : error;
        string message = string.IsNullOrWhiteSpace(clearest.Message) ? clearest.GetType().Name : clearest.Message;
        return clearest is JobFailedException failed
            ? ThirdPartyJobOutcome.Of(new FailureResult(failed.Type, message, failed.ExternalExecutionId))
            : Failed(FailureType.JobFailed, message);
    }

    private static ThirdPartyJobOutcome NoFolder(Exception error) =>
        Failed(FailureType.SystemUnavailable, $"No work folder could be made: {error.Message}");

    private static ThirdPartyJobOutcome StoppedBefore() => Failed(
        FailureType.SystemUnavailable, "The worker was stopped before the job's handler began; nothing was done.");

    private static ThirdPartyJobOutcome Failed(FailureType type, string message) =>
        ThirdPartyJobOutcome.Of(new FailureResult(type, message, ExternalExecutionId: null));

    private static string Text(TimeSpan time) => time.ToString("c", System.Globalization.CultureInfo.InvariantCulture);
}
