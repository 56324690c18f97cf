using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Display;
using CodePipeline.ThirdParty.Handlers;

namespace CodePipeline.ThirdParty.Reporting;

/// <summary>Transfers artifacts and reports the progress of each one.</summary>
internal sealed class ProgressArtifactMover(IArtifactMover inner, WorkerReport report, TimeProvider clock)
    : IArtifactMover
{
    /// <inheritdoc/>
    public Task SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string destination,
        bool expand,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken) => MoveWithProgressAsync(
            job,
            "Downloading",
            artifact,
            progress,
            bar => inner.SaveAsync(job, artifact, destination, expand, bar, cancellationToken));

    /// <inheritdoc/>
    public Task PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken) => MoveWithProgressAsync(
            job,
            "Uploading",
            artifact,
            progress,
            bar => inner.PublishAsync(job, artifact, path, bar, cancellationToken));

    private async Task MoveWithProgressAsync(
        JobArtifacts job,
        string activity,
        JobArtifact artifact,
        IProgress<TransferProgress>? progress,
        Func<IProgress<TransferProgress>, Task> move)
    {
        var display = new TransferProgressDisplay(
            HandlerStreamForwarder.FirstBarOf(job.JobId) + HandlerStreamForwarder.LastBar,
            $"[{HandlerStreamForwarder.ShortOf(job.JobId)}] {activity}",
            artifact.Name,
            job.JobId,
            report.Transfer,
            clock);
        try
        {
            await move(new CombinedProgress(progress, display)).ConfigureAwait(false);
        }
        finally
        {
            display.End();
        }
    }

    private sealed class CombinedProgress(IProgress<TransferProgress>? next, TransferProgressDisplay display)
        : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            next?.Report(value);
            display.Report(value);
        }
    }
}
