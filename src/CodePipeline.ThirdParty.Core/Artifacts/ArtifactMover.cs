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

    /// <summary>Whether what is there is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>What is too much to expand.</summary>
    public ExtractionLimits Limits { get; init; } = ExtractionLimits.Default;
}

/// <summary>Where an artifact lies now.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Bytes">What was downloaded.</param>
internal sealed record SavedArtifact(string Path, bool IsFolder, long Bytes);

/// <summary>Moves artifacts through S3, with the job's own credentials.</summary>
internal sealed class ArtifactMover(TimeProvider clock) : IArtifactMover
{
    // What a zip adds to the files in it, for each of them: more than it takes, for names as long as they come.
    private const long BytesOfAnEntry = 2048;

    /// <summary>The largest zip that is uploaded while it is made; a larger one is made in a file first.</summary>
    public long LargestStream { get; init; } = ArtifactUpload.LargestStream;

    /// <summary>Where that file lies.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();

    /// <summary>What is too much to expand, for who names no limits of their own.</summary>
    public ExtractionLimits Limits { get; init; } = ExtractionLimits.Default;

    /// <summary>What becomes of the links in a folder that is published.</summary>
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
            job, artifact, path, place: null, new SaveOptions { Expand = expand, Limits = Limits }, progress,
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
    /// Brings an artifact into a folder under its own name: a file with the extension of what it is or, expanded, a
    /// folder.
    /// </summary>
    /// <param name="job">What the job lets be moved.</param>
    /// <param name="artifact">One of the job's artifacts.</param>
    /// <param name="folder">Where it goes; made where it does not exist.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
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

    /// <summary>Uploads a file as it is, or a folder as a zip.</summary>
    /// <returns>What S3 made of it.</returns>
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

        // So large that its parts would not fit into memory: it goes through a file.
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

        UploadedObject whole = await upload.FromFileAsync(file.Path, cancellationToken).ConfigureAwait(false);
        WarnOfLimits(job, path, items, packed);
        return whole;
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
                $"{skipped.Count:N0} links in '{path}' are left out: {names}{(skipped.Count > MostNamed ? ", …" : ".")}");
        }
    }

    /// <summary>
    /// Says so where a zip of ours is more than this module expands unless it is told to: files with holes, mostly.
    /// </summary>
    private static void WarnOfLimits(JobArtifacts job, string path, List<PackItem> items, PackResult packed)
    {
        ExtractionLimits limits = ExtractionLimits.Default;
        (long entries, long bytes, bool isTooDeep) = PackItem.Sum(items, limits);
        long ratio = (bytes / Math.Max(1, packed.ArchiveBytes)) + 1;
        string? need = isTooDeep ? "cannot: its paths are too long or too deep"
            : entries > limits.MaxEntries ? $"needs -MaximumExpandedEntries {entries}"
            : bytes > limits.MaxBytes ? $"needs -MaximumExpandedBytes {bytes}"
            : bytes > limits.RatioFloor && bytes / limits.MaxRatio > packed.ArchiveBytes
                ? $"needs -MaximumExpandedRatio {ratio}"
            : null;
        if (need is not null)
        {
            job.Warn?.Invoke(
                $"The zip of '{path}' has {packed.ArchiveBytes:N0} bytes, and becomes {entries:N0} entries of "
                + $"{bytes:N0} bytes. To expand it, this module {need}.");
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
        Func<string, string>? place,
        SaveOptions options,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArtifactObject stored = ArtifactObject.For(job, artifact);
        if (place is null)
        {
            // Before anything is downloaded; where the content tells the name, it has to come first.
            RefuseExistingDestination(path, options);
        }

        using var store = new S3ArtifactStore(job, clock);
        var meter = new ProgressAggregator(progress);
        job.Log?.Invoke($"Downloading {stored.About} from s3://{stored.BucketName}/{stored.ObjectKey}.");
        string folder = Path.GetDirectoryName(path)!;
        string? above = DirectoryOperations.TopmostMissing(folder);
        try
        {
            using var file = new PartFile(path, folder, clock);
            if (options.Expand)
            {
                long expanded = await ExpandAsync(
                    job, artifact, file, path, options,
                    (arrivals, stop) => ArtifactDownload.ToFileAsync(store, stored, file, meter, arrivals, stop),
                    cancellationToken)
                    .ConfigureAwait(false);
                job.Log?.Invoke($"Expanded {expanded:N0} bytes into '{path}'.");
                return new SavedArtifact(path, IsFolder: true, expanded);
            }

            long length = await ArtifactDownload.ToFileAsync(store, stored, file, meter, null, cancellationToken)
                .ConfigureAwait(false);
            string final = place?.Invoke(file.Path) ?? path;
            RefuseExistingDestination(final, options);
            file.Commit(final, options.Replace);
            job.Log?.Invoke($"Saved {length:N0} bytes as '{final}'.");
            return new SavedArtifact(final, IsFolder: false, length);
        }
        catch (Exception) when (above is not null)
        {
            DirectoryOperations.RemoveEmpty(folder, above);
            throw;
        }
    }

    /// <summary>
    /// Expands what is downloaded while it comes. It lands when all of it has come, and is proven to be whole.
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
        var arrivals = new DownloadedRanges();
        Task<long> whole = download(arrivals, stop.Token);
        var source = new ArchiveSource(file.Path) { Arrivals = arrivals, Whole = whole };
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
                await whole.ConfigureAwait(false);
                CommitSingleFile(artifact, file, folder, options);
            }

            return await whole.ConfigureAwait(false);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException)
        {
            // Of what was damaged on its way the checksum tells, at its end; anything else is refused without the rest
            // of it.
            if (error is not ArchiveException { Fault: ArchiveFault.Damaged })
            {
                stop.Cancel();
            }

            try
            {
                await whole.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // By the line above.
            }

            if (error is ArchiveException refused && refused.Message.Contains(file.Path))
            {
                // The file has a name that nobody knows.
                throw new ArchiveException(
                    refused.Fault, refused.Message.Replace(file.Path, artifact.Name ?? "artifact"), refused.RecommendedAction,
                    refused.Path, refused.Entry, refused.InnerException);
            }

            throw;
        }
        finally
        {
            // Whatever happened, nobody writes into the file any more when it is given up.
            stop.Cancel();
            await Task.WhenAny(whole).ConfigureAwait(false);
        }
    }

    /// <summary>A folder of one file: it is filled beside its place, and lands as a whole.</summary>
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

        // Force replaces like with like: a file never a folder with all that is in it, nor the other way round.
        if (!options.Replace || folder != options.Expand)
        {
            throw ArtifactErrors.Exists(path);
        }
    }
}
