using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Transfers artifacts between a job's bucket and this machine.</summary>
internal interface IArtifactMover
{
    /// <summary>Downloads an artifact to a file, or expands it into a folder.</summary>
    /// <remarks>The destination appears only when it is complete.</remarks>
    /// <param name="job">The job's artifacts and credentials.</param>
    /// <param name="artifact">One of the job's artifacts.</param>
    /// <param name="destination">
    /// The file to write or, if <paramref name="expand"/> is set, the folder to create.
    /// </param>
    /// <param name="expand">
    /// Whether to expand an archive. An artifact that is not an archive becomes the only file in the folder.
    /// </param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the transfer and removes all partial files.</param>
    Task SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string destination,
        bool expand,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken);

    /// <summary>Uploads a file unchanged, or a folder as a zip, as an output artifact of a job.</summary>
    /// <param name="job">The job's artifacts and credentials.</param>
    /// <param name="artifact">One of the job's output artifacts.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the transfer and aborts a multipart upload.</param>
    Task PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken);
}

/// <summary>The progress of a transfer.</summary>
/// <param name="Bytes">The bytes transferred so far.</param>
/// <param name="TotalBytes">The total in bytes; <see langword="null"/> until it is known.</param>
internal readonly record struct TransferProgress(long Bytes, long? TotalBytes);
