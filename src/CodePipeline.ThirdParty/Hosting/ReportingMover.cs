using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;

namespace CodePipeline.ThirdParty.Hosting;

/// <summary>Moves artifacts, and shows how far each is.</summary>
internal sealed class ReportingMover(IArtifactMover inner, WorkerReport report, TimeProvider clock) : IArtifactMover
{
    /// <inheritdoc/>
    public Task SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string destination,
        bool expand,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken) => ShownAsync(
            job,
            $"Downloading {artifact.Name}",
            progress,
            bar => inner.SaveAsync(job, artifact, destination, expand, bar, cancellationToken));

    /// <inheritdoc/>
    public Task PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken) => ShownAsync(
            job,
            $"Uploading {artifact.Name}",
            progress,
            bar => inner.PublishAsync(job, artifact, path, bar, cancellationToken));

    private async Task ShownAsync(
        JobArtifacts job, string text, IProgress<TransferProgress>? progress,
        Func<IProgress<TransferProgress>, Task> move)
    {
        var bar = new Bar(job.JobId, text, progress, report, Pace.OfTransfers(clock));
        try
        {
            await move(bar).ConfigureAwait(false);
        }
        finally
        {
            report.Transfer(job.JobId, text, percent: 100, isOver: true);
        }
    }

    private sealed class Bar(
        string jobId, string text, IProgress<TransferProgress>? next, WorkerReport report, Pace pace)
        : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            next?.Report(value);
            if (!pace.IsDue())
            {
                return;
            }

            int percent = value.TotalBytes is long total && total > 0
                ? (int)Math.Min(100, 100 * value.Bytes / total)
                : -1;
            report.Transfer(jobId, text, percent, isOver: false);
        }
    }
}
