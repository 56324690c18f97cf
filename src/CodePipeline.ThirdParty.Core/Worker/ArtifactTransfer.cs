using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Moves the artifacts of one job: inputs before its handler runs, outputs after it succeeded. Does nothing if the
/// worker moves no artifacts.
/// </summary>
internal sealed class ArtifactTransfer(WorkerContext worker, IWorkerJob job, SecretMask mask)
{
    private string? _current;

    /// <summary>A transfer that could not be stopped and may still use the job's folder.</summary>
    public Task? LeftBehind { get; private set; }

    private JobTicket Ticket => job.Ticket;

    /// <summary>Downloads and expands the input artifacts.</summary>
    /// <param name="folders">The job's folders, which exist.</param>
    /// <param name="limit">The time limit; <see langword="null"/> for none.</param>
    /// <returns>The failure; <see langword="null"/> on success.</returns>
    public Task<ThirdPartyJobOutcome?> SaveInputsAsync(JobDirectory folders, TimeSpan? limit) => MoveAsync(
        "Input", job.Artifacts.Inputs.Count, stop => SaveAsync(folders, stop), limit, worker.Shutdown.Stopping);

    /// <summary>Uploads the output artifacts that the handler created.</summary>
    /// <param name="folders">The job's folders.</param>
    /// <returns>The failure; <see langword="null"/> on success.</returns>
    public Task<ThirdPartyJobOutcome?> PublishOutputsAsync(JobDirectory folders) => MoveAsync(
        "Output",
        job.Artifacts.Outputs.Count,
        stop => PublishAsync(folders, stop),
        limit: null,
        worker.Shutdown.HandlerCancellation);

    /// <summary>Compares the files that the handler created with the action's output artifacts.</summary>
    /// <param name="folders">The job's folders.</param>
    /// <returns>The failure; <see langword="null"/> if the outputs may be published.</returns>
    public ThirdPartyJobOutcome? CheckOutputs(JobDirectory folders)
    {
        if (worker.Mover is null)
        {
            return null;
        }

        string[] names = job.Artifacts.Outputs.Select(artifact => artifact.Name).OfType<string>().ToArray();
        if (folders.FindUndeclaredOutputs() is { Count: > 0 } undeclared)
        {
            return ThirdPartyJobOutcome.Failed(
                FailureType.JobFailed,
                $"The handler created {Names(undeclared)}, which "
                + (undeclared.Count == 1 ? "is not an output artifact" : "are not output artifacts")
                + " of the action. "
                + (names.Length == 0
                    ? "The action has no output artifacts."
                    : $"Its output artifacts: {Names(names)}."));
        }

        string[] missing = names.Where(name => !Exists(folders.OutputPath[name])).ToArray();
        if (missing.Length == 0)
        {
            return null;
        }

        string message = $"The handler did not create the output artifact{(missing.Length == 1 ? string.Empty : "s")} "
            + $"{Names(missing)}.";
        switch (worker.Options.MissingArtifact)
        {
            case MissingArtifactAction.Fail:
                return ThirdPartyJobOutcome.Failed(FailureType.JobFailed, message);
            case MissingArtifactAction.Warn:
                worker.Warn(Ticket, $"Job {Ticket.JobId}: {message}");
                break;
            default:
                worker.Report(WorkerEventKind.Note, Ticket, message);
                break;
        }

        return null;

        static string Names(IEnumerable<string> all) => string.Join(", ", all.Select(name => $"'{name}'"));
    }

    private async Task<ThirdPartyJobOutcome?> MoveAsync(
        string which, int count, Func<CancellationToken, Task<bool>> move, TimeSpan? limit, CancellationToken stop)
    {
        if (worker.Mover is null || count == 0)
        {
            return null;
        }

        using TelemetryStep step = WorkerTelemetry.Step(which.ToLowerInvariant() + "s", Ticket.ActionType, Ticket);
        (TaskCompletion end, Task<bool> work) =
            await TimeLimitedTask.RunAsync(move, limit, worker.Clock, stop).ConfigureAwait(false);
        if (end != TaskCompletion.Completed)
        {
            LeftBehind = work;
            if (end == TaskCompletion.TimedOut)
            {
                step.Failed(nameof(FailureType.JobFailed));
                return ThirdPartyJobOutcome.Failed(
                    FailureType.JobFailed,
                    $"{which} artifact '{_current}' was not downloaded and expanded within the job's time limit of "
                    + $"{worker.Options.JobTimeout:c}.");
            }

            return ThirdPartyJobOutcome.Failed(
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
            string message = TransferFailure.MessageOf(error, _current);
            worker.Warn(Ticket, $"{which} artifacts of job {Ticket.JobId}: {mask.Apply(message)}", mask.Clean(error));
            return ThirdPartyJobOutcome.Failed(TransferFailure.TypeOf(error), $"{which} artifact: {message}");
        }
    }

    private async Task<bool> SaveAsync(JobDirectory folders, CancellationToken stop)
    {
        foreach (JobArtifact artifact in job.Artifacts.Inputs)
        {
            if (artifact.Name is string name)
            {
                _current = name;
                await worker.Mover!.SaveAsync(
                    ReportingArtifacts(), artifact, folders.InputPath[name], expand: true, progress: null, stop)
                    .ConfigureAwait(false);
            }
        }

        return true;
    }

    private async Task<bool> PublishAsync(JobDirectory folders, CancellationToken stop)
    {
        foreach (JobArtifact artifact in job.Artifacts.Outputs)
        {
            if (artifact.Name is not string name)
            {
                continue;
            }

            string path = folders.OutputPath[name];
            if (Exists(path))
            {
                _current = name;
                await worker.Mover!.PublishAsync(ReportingArtifacts(), artifact, path, progress: null, stop)
                    .ConfigureAwait(false);
            }
        }

        return true;
    }

    // Names the job in the notes and warnings of a transfer.
    private JobArtifacts ReportingArtifacts() => job.Artifacts with
    {
        Log = text => worker.Report(WorkerEventKind.Note, Ticket, mask.Apply(text)),
        Warn = text => worker.Warn(Ticket, mask.Apply(text)),
    };

    // Dangling links and inaccessible files exist, too: publishing them fails with a clear error.
    private static bool Exists(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return true;
        }
    }
}
