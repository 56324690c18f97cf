using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The result of expanding an archive.</summary>
/// <param name="Format">The format of the archive.</param>
/// <param name="Entries">The number of files, symbolic links and folders.</param>
/// <param name="Bytes">The total size of the files in bytes.</param>
/// <param name="Notes">Warnings about an archive that was expanded successfully.</param>
internal sealed record ExtractionResult(
    ArchiveFormat Format, long Entries, long Bytes, IReadOnlyList<string> Notes);

/// <summary>Expands an archive into a folder, which appears only when it is complete.</summary>
internal sealed class ArchiveExtractor
{
    /// <summary>The file-name rules of the target system.</summary>
    public NameRules Rules { get; init; } = NameRules.OfThisMachine;

    /// <summary>The number of threads that write files; by default the number of processors, at most 8.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Expands a zip, tar or tar.gz. The content determines the format.</summary>
    /// <param name="archiveFile">The archive.</param>
    /// <param name="destination">
    /// The folder to create, with its parents. It may already exist if it is empty or <paramref name="replace"/> is
    /// set.
    /// </param>
    /// <param name="limits">The limits; <see cref="ExtractionLimits.Default"/> if <see langword="null"/>.</param>
    /// <param name="replace">Whether the archive replaces the content of an existing destination.</param>
    /// <param name="progress">
    /// Receives progress every few MiB and at the end, from any thread but never concurrently.
    /// </param>
    /// <param name="cancellationToken">Cancels the operation and leaves the destination unchanged.</param>
    /// <exception cref="ArchiveException">The archive was not expanded, and the destination is unchanged.</exception>
    public Task<ExtractionResult> ExtractAsync(
        string archiveFile,
        string destination,
        ExtractionLimits? limits = null,
        bool replace = false,
        IProgress<ArchiveProgress>? progress = null,
        CancellationToken cancellationToken = default) => ExtractAsync(
            new ArchiveSource(Path.GetFullPath(archiveFile)), destination, limits, replace, progress,
            cancellationToken);

    /// <summary>Expands an archive that may still be downloading. Commits it when the download is complete.</summary>
    /// <inheritdoc
    /// cref="ExtractAsync(string, string, ExtractionLimits?, bool, IProgress{ArchiveProgress}?, CancellationToken)"/>
    public Task<ExtractionResult> ExtractAsync(
        ArchiveSource source,
        string destination,
        ExtractionLimits? limits,
        bool replace,
        IProgress<ArchiveProgress>? progress,
        CancellationToken cancellationToken) => RunAsync(
            () => Extract(
                source, FinalTarget(destination, replace), limits ?? ExtractionLimits.Default, replace, progress,
                cancellationToken),
            cancellationToken);

    /// <summary>
    /// Whether a file is an archive, even one of an unsupported format. Waits only for the bytes that determine it.
    /// </summary>
    public static Task<bool> IsArchiveAsync(ArchiveSource source, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            using Stream content = source.OpenRead();
            return ArchiveFormats.Detect(content) != ArchiveFormat.None;
        },
        cancellationToken);

    // The work blocks on the disk and the download, so it must not occupy a thread-pool thread.
    private static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) => Task.Factory.StartNew(
        work, cancellationToken, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    private ExtractionResult Extract(
        ArchiveSource source,
        string destination,
        ExtractionLimits limits,
        bool replace,
        IProgress<ArchiveProgress>? progress,
        CancellationToken cancellationToken)
    {
        string archive = source.Path;
        (ArchiveFormat format, long length) = Detect(source);
        using StagingFolder staging = StagingFolder.Create(destination, replace, Clock);
        ArchiveEntryIndex tree = new(archive, Rules, limits) { LaterReplaces = format != ArchiveFormat.Zip };
        DirectoryWriter writer = new(archive, staging.Content);
        ExtractionBudget meter = new(archive, length, limits, progress);
        IReadOnlyList<string> notes = Array.Empty<string>();
        try
        {
            if (format == ArchiveFormat.Zip)
            {
                new ZipExpansion(source, tree, writer, meter, limits, Threads).Run(cancellationToken);
            }
            else
            {
                TarExpansion tar = new(source, tree, writer, meter);
                tar.Run(format, cancellationToken);
                notes = tar.Notes;
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Expanding", archive, error);
        }

        source.Completion.GetAwaiter().GetResult();
        cancellationToken.ThrowIfCancellationRequested();
        staging.Commit();
        meter.Report();
        return new ExtractionResult(format, tree.Count, meter.Bytes, notes);
    }

    private static (ArchiveFormat Format, long Length) Detect(ArchiveSource source)
    {
        string archive = source.Path;
        try
        {
            using Stream file = source.OpenRead();
            return ArchiveFormats.Detect(file, out string? other) switch
            {
                ArchiveFormat.None => throw ArchiveErrors.Unsupported(
                    archive, null, "it is not a zip, tar or tar.gz", "Use the file without expanding it."),
                ArchiveFormat.Other => throw ArchiveErrors.Unsupported(
                    archive, null, $"its format is {other}, but only zip, tar and tar.gz are supported",
                    "Produce one of these formats in the earlier action, or save it without -Expand and use another "
                        + "program."),
                ArchiveFormat format => (format, file.Length),
            };
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", archive, error);
        }
    }

    // Follows a destination that is a symbolic link, unless the link is to be replaced or another user created it.
    private static string FinalTarget(string destination, bool replace)
    {
        string path = Path.GetFullPath(destination);
        path = path.Length > Path.GetPathRoot(path)!.Length
            ? path.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) : path;
#if NET
        if (!replace && Directory.Exists(path) && !Links.IsOthers(path)
            && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is FileSystemInfo folder)
        {
            return folder.FullName;
        }
#endif
        return path;
    }
}
