using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>What an expansion came to.</summary>
/// <param name="Format">What the archive was.</param>
/// <param name="Entries">Files, links and folders.</param>
/// <param name="Bytes">The files together.</param>
/// <param name="Notes">What its user should know of the archive, though all that it has was expanded.</param>
internal sealed record ExtractionResult(
    ArchiveFormat Format, long Entries, long Bytes, IReadOnlyList<string> Notes);

/// <summary>Expands an archive into a folder that comes into being as a whole, or not at all.</summary>
internal sealed class ArchiveExtractor
{
    /// <summary>What this system makes of names.</summary>
    public NameRules Rules { get; init; } = NameRules.OfThisMachine;

    /// <summary>How many threads write files; as many as there are processors, eight at most, unless set.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Expands a zip, tar or tar.gz, told by its content.</summary>
    /// <param name="archiveFile">The archive.</param>
    /// <param name="destination">
    /// A folder: made with its parents where it does not exist; it may exist and be empty.
    /// </param>
    /// <param name="limits">What is too much; <see cref="ExtractionLimits.Default"/> unless named.</param>
    /// <param name="replace">Whether a destination with content is replaced by what is in the archive.</param>
    /// <param name="progress">Told from any thread, but from one at a time; every few MiB and at the end.</param>
    /// <param name="cancellationToken">Stops it; the destination is then as it was before.</param>
    /// <exception cref="ArchiveException">Nothing was expanded, and the destination is as it was before.</exception>
    public Task<ExtractionResult> ExtractAsync(
        string archiveFile,
        string destination,
        ExtractionLimits? limits = null,
        bool replace = false,
        IProgress<ArchiveProgress>? progress = null,
        CancellationToken cancellationToken = default) => ExtractAsync(
            new ArchiveSource(Path.GetFullPath(archiveFile)), destination, limits, replace, progress,
            cancellationToken);

    /// <summary>Expands an archive that may still be coming; it lands when it is whole.</summary>
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
    /// Whether a file is an archive, as soon as so much of it is there; also one that cannot be expanded.
    /// </summary>
    public static Task<bool> IsArchiveAsync(ArchiveSource source, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            using Stream content = source.OpenRead();
            return ArchiveFormats.Detect(content) != ArchiveFormat.None;
        },
        cancellationToken);

    // It waits for disks, and for bytes still to come: not on a thread that the download may need.
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

        source.Whole.GetAwaiter().GetResult();
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
                    archive, null, "it is no zip, tar or tar.gz", "Take it as the file that it is."),
                ArchiveFormat.Other => throw ArchiveErrors.Unsupported(
                    archive, null, $"its format is {other}, and only zip, tar and tar.gz are expanded",
                    "Have the action before make one of these, or save it without -Expand and use a program that knows "
                        + "the format."),
                ArchiveFormat format => (format, file.Length),
            };
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", archive, error);
        }
    }

    // A destination that is a link to a folder means the folder, unless the link is to be replaced, or may be a trap.
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
