using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>How an artifact is saved.</summary>
internal sealed record SaveOptions
{
    /// <summary>Whether an archive is expanded.</summary>
    public bool Expand { get; init; }

    /// <summary>Whether an existing destination is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>The limits for expanding an archive.</summary>
    public ExtractionLimits Limits { get; init; } = ExtractionLimits.Default;
}

/// <summary>A saved artifact.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Bytes">How many bytes were downloaded.</param>
internal sealed record SavedArtifact(string Path, bool IsFolder, long Bytes);

/// <summary>Downloads and uploads artifacts with the job's own credentials.</summary>
internal sealed class ArtifactMover(TimeProvider clock) : IArtifactMover
{
    // An upper bound of the bytes that a zip adds for each entry, long names included.
    private const long BytesOfAnEntry = 2048;

    /// <summary>
    /// The largest zip, in bytes, that is uploaded while it is packed. A larger one is packed into a temporary file
    /// first.
    /// </summary>
    public long LargestStream { get; init; } = ArtifactUpload.LargestStream;

    /// <summary>The folder of the temporary file.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();

    /// <summary>The limits for expanding an archive when the caller passes none.</summary>
    public ExtractionLimits Limits { get; init; } = ExtractionLimits.Default;

    /// <summary>How to pack symbolic links in a folder.</summary>
    public LinkTreatment Links { get; init; }

    /// <inheritdoc/>
    public async Task SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string destination,
        bool expand,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(destination);
        await SaveAsync(
            job, artifact, path, choosePath: null, new SaveOptions { Expand = expand, Limits = Limits }, progress,
            cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    Task IArtifactMover.PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken) => PublishAsync(job, artifact, path, progress, cancellationToken);

    /// <summary>
    /// Saves an artifact under its own name: as a file with the extension of its format or, expanded, as a folder.
    /// </summary>
    /// <param name="job">The job's artifacts and credentials.</param>
    /// <param name="artifact">One of the job's artifacts.</param>
    /// <param name="folder">The parent folder; created if it does not exist.</param>
    /// <param name="options">How to save the artifact.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the transfer and removes all partial files.</param>
    public Task<SavedArtifact> SaveIntoAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string folder,
        SaveOptions options,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        string path = Path.Combine(Path.GetFullPath(folder), ArtifactFileNames.For(artifact));
        return SaveAsync(
            job, artifact, path, options.Expand ? null : file => path + ArtifactFileNames.Extension(artifact, file),
            options,
            progress, cancellationToken);
    }

    /// <summary>Uploads a file unchanged, or a folder as a zip.</summary>
    /// <returns>The uploaded object.</returns>
    public async Task<UploadedObject> PublishAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArtifactObject stored = ArtifactObject.For(job, artifact);
        path = Path.GetFullPath(path);
        bool folder = Directory.Exists(path);
        if (!folder && !File.Exists(path))
        {
            throw ArtifactErrors.SourceNotFound(path);
        }

        using var store = new S3ArtifactStore(job, clock);
        var meter = new ProgressAggregator(progress);
        var upload = new ArtifactUpload(store, stored, meter, clock);
        job.Log?.Invoke(
            $"Uploading {(folder ? "the zip of folder" : "file")} '{path}' as {stored.About} to "
            + $"s3://{stored.BucketName}/{stored.ObjectKey}.");
        if (!folder)
        {
            return await upload.FromFileAsync(path, cancellationToken).ConfigureAwait(false);
        }

        List<string> skipped = new();
        List<PackItem> items = DirectoryScan.Scan(path, cancellationToken, Links, skipped.Add);
        WarnOfSkipped(job, path, skipped);
        long estimate = Estimate(items);
        PackResult? packed = null;
        if (estimate <= LargestStream)
        {
            UploadedObject uploaded = await upload.FromStreamAsync(
                async (stream, stop) => packed = await PackAsync(items, stream, stop).ConfigureAwait(false),
                estimate,
                cancellationToken).ConfigureAwait(false);
            WarnOfLimits(job, path, items, packed!);
            return uploaded;
        }

        // The parts of a zip this large do not fit in memory, so pack it into a file.
        using var file = new PartFile(TemporaryFolder, TemporaryFolder, clock);
        try
        {
            using Stream stream = file.OpenWrite();
            packed = await PackAsync(items, stream, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactTransferException error) when (error.Fault == ArtifactFault.DiskFull)
        {
            throw ArtifactErrors.NoRoomForZip(path, TemporaryFolder, error);
        }

        UploadedObject result = await upload.FromFileAsync(file.Path, cancellationToken).ConfigureAwait(false);
        WarnOfLimits(job, path, items, packed);
        return result;
    }

    private static Task<PackResult> PackAsync(
        List<PackItem> items, Stream stream, CancellationToken cancellationToken) =>
        new ZipPacker().PackAsync(items, stream, progress: null, cancellationToken);

    private static void WarnOfSkipped(JobArtifacts job, string path, List<string> skipped)
    {
        const int MostNamed = 10;
        if (skipped.Count > 0)
        {
            string names = string.Join(
                ", ", skipped.Take(MostNamed).Select(name => $"'{ArchiveErrors.Shown(name)}'"));
            job.Warn?.Invoke(
                $"{skipped.Count:N0} symbolic links in '{path}' were omitted: "
                + $"{names}{(skipped.Count > MostNamed ? ", …" : ".")}");
        }
    }

    /// <summary>
    /// Warns when the zip exceeds the default limits for expanding, as zips of sparse files often do.
    /// </summary>
    private static void WarnOfLimits(JobArtifacts job, string path, List<PackItem> items, PackResult packed)
    {
        ExtractionLimits limits = ExtractionLimits.Default;
        (long entries, long bytes, bool isTooDeep) = PackItem.Sum(items, limits);
        long ratio = (bytes / Math.Max(1, packed.ArchiveBytes)) + 1;
        string? need = isTooDeep ? "This module cannot expand it: its paths are too long or too deep."
            : entries > limits.MaxEntries ? $"To expand it, pass -MaximumExpandedEntries {entries}."
            : bytes > limits.MaxBytes ? $"To expand it, pass -MaximumExpandedBytes {bytes}."
            : bytes > limits.RatioFloor && bytes / limits.MaxRatio > packed.ArchiveBytes
                ? $"To expand it, pass -MaximumExpandedRatio {ratio}."
            : null;
        if (need is not null)
        {
            job.Warn?.Invoke(
                $"The zip of '{path}' has {packed.ArchiveBytes:N0} bytes and expands to {entries:N0} entries of "
                + $"{bytes:N0} bytes. {need}");
        }
    }

    private static long Estimate(List<PackItem> items)
    {
        long bytes = BytesOfAnEntry;
        foreach (PackItem item in items)
        {
            bytes += item.Length + (item.Length / 1024) + BytesOfAnEntry;
        }

        return bytes;
    }

    private async Task<SavedArtifact> SaveAsync(
        JobArtifacts job,
        JobArtifact artifact,
        string path,
        Func<string, string>? choosePath,
        SaveOptions options,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArtifactObject stored = ArtifactObject.For(job, artifact);
        if (choosePath is null)
        {
            // Fail before the download. Otherwise the final name depends on the content and is checked afterwards.
            RefuseExistingDestination(path, options);
        }

        using var store = new S3ArtifactStore(job, clock);
        var meter = new ProgressAggregator(progress);
        job.Log?.Invoke($"Downloading {stored.About} from s3://{stored.BucketName}/{stored.ObjectKey}.");
        string folder = Path.GetDirectoryName(path)!;
        string? topmostMissing = DirectoryOperations.TopmostMissing(folder);
        try
        {
            using var file = new PartFile(path, folder, clock);
            if (options.Expand)
            {
                long expanded = await ExpandAsync(
                    job, artifact, file, path, options,
                    (ranges, stop) => ArtifactDownload.ToFileAsync(store, stored, file, meter, ranges, stop),
                    cancellationToken)
                    .ConfigureAwait(false);
                job.Log?.Invoke($"Expanded {expanded:N0} bytes into '{path}'.");
                return new SavedArtifact(path, IsFolder: true, expanded);
            }

            long length = await ArtifactDownload.ToFileAsync(store, stored, file, meter, null, cancellationToken)
                .ConfigureAwait(false);
            string final = choosePath?.Invoke(file.Path) ?? path;
            RefuseExistingDestination(final, options);
            file.Commit(final, options.Replace);
            job.Log?.Invoke($"Saved {length:N0} bytes as '{final}'.");
            return new SavedArtifact(final, IsFolder: false, length);
        }
        catch (Exception) when (topmostMissing is not null)
        {
            DirectoryOperations.RemoveEmpty(folder, topmostMissing);
            throw;
        }
    }

    /// <summary>
    /// Expands an archive during its download. Commits the folder only after the download is complete and its
    /// checksum matches.
    /// </summary>
    private static async Task<long> ExpandAsync(
        JobArtifacts job,
        JobArtifact artifact,
        PartFile file,
        string folder,
        SaveOptions options,
        Func<DownloadedRanges, CancellationToken, Task<long>> download,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ranges = new DownloadedRanges();
        Task<long> completion = download(ranges, stop.Token);
        var source = new ArchiveSource(file.Path) { Ranges = ranges, Completion = completion };
        try
        {
            if (await ArchiveExtractor.IsArchiveAsync(source, stop.Token).ConfigureAwait(false))
            {
                ExtractionResult result = await new ArchiveExtractor().ExtractAsync(
                    source, folder, options.Limits, options.Replace, progress: null, stop.Token).ConfigureAwait(false);
                foreach (string note in result.Notes)
                {
                    job.Warn?.Invoke(note.Replace(file.Path, artifact.Name ?? "artifact"));
                }
            }
            else
            {
                await completion.ConfigureAwait(false);
                CommitSingleFile(artifact, file, folder, options);
            }

            return await completion.ConfigureAwait(false);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException)
        {
            // If the archive is damaged, finish the download: its checksum shows whether the transfer damaged it.
            // Any other error needs no more data.
            if (error is not ArchiveException { Fault: ArchiveFault.Damaged })
            {
                stop.Cancel();
            }

            try
            {
                await completion.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The Cancel call above caused it.
            }

            if (error is ArchiveException refused && refused.Message.Contains(file.Path))
            {
                // The temporary name means nothing to the user, so show the artifact's name instead.
                throw new ArchiveException(
                    refused.Fault, refused.Message.Replace(file.Path, artifact.Name ?? "artifact"),
                    refused.RecommendedAction, refused.Path, refused.Entry, refused.InnerException);
            }

            throw;
        }
        finally
        {
            // The download must have stopped writing before the caller deletes the file.
            stop.Cancel();
            await Task.WhenAny(completion).ConfigureAwait(false);
        }
    }

    /// <summary>Commits a folder that contains only the downloaded file.</summary>
    private static void CommitSingleFile(JobArtifact artifact, PartFile file, string folder, SaveOptions options)
    {
        using StagingFolder staging = StagingFolder.Create(folder, options.Replace, TimeProvider.System);
        file.Commit(
            Path.Combine(
                staging.Content, ArtifactFileNames.For(artifact) + ArtifactFileNames.Extension(artifact, file.Path)),
            replace: false);
        staging.Commit();
    }

    private static void RefuseExistingDestination(string path, SaveOptions options)
    {
        bool folder = Directory.Exists(path);
        bool empty = folder && options.Expand && Directory.GetFileSystemEntries(path).Length == 0;
        if (empty || (!folder && !File.Exists(path)))
        {
            return;
        }

        // -Force replaces a file with a file and a folder with a folder, never one with the other.
        if (!options.Replace || folder != options.Expand)
        {
            throw ArtifactErrors.Exists(path);
        }
    }
}
