using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

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
            job, artifact, path, place: null, new SaveOptions { Expand = expand }, progress, cancellationToken)
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
    /// Brings an artifact into a folder under its own name: a file with the extension of what it is or, expanded, a folder.
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
        string path = Path.Combine(Path.GetFullPath(folder), ArtifactFileNames.Of(artifact));
        return SaveAsync(
            job, artifact, path, options.Expand ? null : file => path + ArtifactFileNames.Extension(artifact, file), options,
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
        StoredArtifact stored = StoredArtifact.Of(job, artifact);
        path = Path.GetFullPath(path);
        bool folder = Directory.Exists(path);
        if (!folder && !File.Exists(path))
        {
            throw ArtifactErrors.SourceNotFound(path);
        }

        using var store = new ArtifactStore(job, clock);
        var meter = new TransferMeter(progress);
        var upload = new ArtifactUpload(store, stored, meter, clock);
        job.Say?.Invoke(
            $"Uploading {(folder ? "the zip of folder" : "file")} '{path}' as {stored.About} to "
            + $"s3://{stored.BucketName}/{stored.ObjectKey}.");
        if (!folder)
        {
            return await upload.FromFileAsync(path, cancellationToken).ConfigureAwait(false);
        }

        long estimate = Estimate(path, cancellationToken);
        if (estimate <= ArtifactUpload.LargestStream)
        {
            return await upload.FromStreamAsync(
                (stream, stop) => PackAsync(path, stream, stop), estimate, cancellationToken).ConfigureAwait(false);
        }

        // So large that its parts would not fit into memory: it goes through a file.
        string temporary = Path.GetTempPath();
        using var file = new PartFile(Path.Combine(temporary, "(zip)"), temporary);
        using (var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            await PackAsync(path, stream, cancellationToken).ConfigureAwait(false);
        }

        return await upload.FromFileAsync(file.Path, cancellationToken).ConfigureAwait(false);
    }

    private static Task<PackResult> PackAsync(string folder, Stream stream, CancellationToken cancellationToken) =>
        new ZipPacker().PackAsync(folder, stream, cancellationToken: cancellationToken);

    private static long Estimate(string folder, CancellationToken cancellationToken)
    {
        long bytes = BytesOfAnEntry;
        foreach (PackItem item in FolderScan.Scan(folder, cancellationToken))
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
        StoredArtifact stored = StoredArtifact.Of(job, artifact);
        if (place is null)
        {
            // Before anything is downloaded; where the content tells the name, it has to come first.
            RefuseTaken(path, options);
        }

        using var store = new ArtifactStore(job, clock);
        var meter = new TransferMeter(progress);
        job.Say?.Invoke($"Downloading {stored.About} from s3://{stored.BucketName}/{stored.ObjectKey}.");
        string folder = Path.GetDirectoryName(path)!;
        string? above = Topmost(folder);
        try
        {
            using var file = new PartFile(path, folder);
            long length = await ArtifactDownload.ToFileAsync(store, stored, file, meter, cancellationToken).ConfigureAwait(false);
            string final = place?.Invoke(file.Path) ?? path;
            RefuseTaken(final, options);
            if (!options.Expand)
            {
                file.Land(final, options.Replace);
                job.Say?.Invoke($"Saved {length:N0} bytes as '{final}'.");
                return new SavedArtifact(final, IsFolder: false, length);
            }

            await ExpandAsync(artifact, file, final, options, cancellationToken).ConfigureAwait(false);
            job.Say?.Invoke($"Expanded {length:N0} bytes into '{final}'.");
            return new SavedArtifact(final, IsFolder: true, length);
        }
        catch (Exception) when (above is not null)
        {
            RemoveIfEmpty(folder, above);
            throw;
        }
    }

    private static async Task ExpandAsync(
        JobArtifact artifact, PartFile file, string folder, SaveOptions options, CancellationToken cancellationToken)
    {
        bool isArchive;
        using (FileStream content = File.OpenRead(file.Path))
        {
            isArchive = ArchiveFormats.Detect(content) != ArchiveFormat.None;
        }

        if (isArchive)
        {
            try
            {
                file.Close();
                await new ArchiveExtractor().ExtractAsync(
                    file.Path, folder, options.Limits, options.Replace, progress: null, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ArchiveException error) when (error.Message.Contains(file.Path))
            {
                // The file has a name that nobody knows.
                string name = artifact.Name ?? "artifact";
                throw new ArchiveException(
                    error.Fault, error.Message.Replace(file.Path, name), error.Cure, error.Path, error.Entry,
                    error.InnerException);
            }

            return;
        }

        // A folder of one file: it is filled beside its place, and lands as a whole.
        using StagingFolder staging = StagingFolder.Create(folder, options.Replace, TimeProvider.System);
        file.Land(
            Path.Combine(staging.Content, ArtifactFileNames.Of(artifact) + ArtifactFileNames.Extension(artifact, file.Path)),
            replace: false);
        staging.Land();
    }

    private static void RefuseTaken(string path, SaveOptions options)
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

    /// <summary>The uppermost folder that is going to be made.</summary>
    private static string? Topmost(string folder)
    {
        string? topmost = null;
        for (string? each = folder; each is not null && !Directory.Exists(each); each = Path.GetDirectoryName(each))
        {
            topmost = each;
        }

        return topmost;
    }

    private static void RemoveIfEmpty(string folder, string topmost)
    {
        try
        {
            for (string? each = folder; each is not null && each.Length >= topmost.Length; each = Path.GetDirectoryName(each))
            {
                Directory.Delete(each, recursive: false);
            }
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            // Somebody else uses it by now.
        }
    }
}
