using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Moves artifacts between a job's bucket and this machine.</summary>
internal interface IArtifactMover
{
    /// <summary>Brings an artifact to a file or, expanded, to a folder, which appears whole or not at all.</summary>
    /// <param name="job">What the job lets be moved.</param>
    /// <param name="artifact">One of the job's artifacts.</param>
    /// <param name="destination">
    /// The file to write or, where <paramref name="expand"/> is on, the folder to make.
    /// </param>
    /// <param name="expand">
    /// Whether an archive is expanded. What is no archive lands as one file in the folder.
    /// </param>
    /// <param name="progress">Told now and then; <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends the transfer; nothing is left behind.</param>
    Task SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string destination,
        bool expand,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken);

    /// <summary>Uploads a file as it is, or a folder as a zip, to an output artifact of a job.</summary>
    /// <param name="job">What the job lets be moved.</param>
    /// <param name="artifact">One of the job's output artifacts.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="progress">Told now and then; <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends the transfer; a multipart upload is aborted.</param>
    Task PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken);
}

/// <summary>How far a transfer is.</summary>
/// <param name="Bytes">What has been moved.</param>
/// <param name="TotalBytes">All there is to move; <see langword="null"/> where it is not known yet.</param>
internal readonly record struct TransferProgress(long Bytes, long? TotalBytes);
