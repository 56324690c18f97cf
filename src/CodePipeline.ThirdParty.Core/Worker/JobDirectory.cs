using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Where a claimed job works. The folders are made when they are first asked for, which most handlers never do.
/// </summary>
/// <param name="worker">The worker's folder, which they are in.</param>
/// <param name="jobId">Whose they are.</param>
/// <param name="artifacts">What has a place in them; <see langword="null"/> for nothing.</param>
internal sealed class JobDirectory(WorkDirectory worker, string jobId, JobArtifacts? artifacts)
{
    private static readonly StringComparer s_sameName = RuntimeInformation.IsOSPlatform(OSPlatform.Linux)
        ? StringComparer.Ordinal
        : StringComparer.OrdinalIgnoreCase;

    private readonly object _lock = new();
    private JobDirectoryPaths? _paths;
    private ArtifactPaths? _inputs;
    private ArtifactPaths? _outputs;
    private bool _isOver;

    /// <summary>A folder of the job's own, deleted after it.</summary>
    public string WorkDirectory => Paths().WorkDirectory;

    /// <summary>Where each input artifact lies, by name.</summary>
    public IReadOnlyDictionary<string, string> InputPath =>
        _inputs ??= new ArtifactPaths("input", Paths().InputPath, artifacts is not null);

    /// <summary>Where the handler leaves each output artifact, by name.</summary>
    public IReadOnlyDictionary<string, string> OutputPath =>
        _outputs ??= new ArtifactPaths("output", Paths().OutputPath, artifacts is not null);

    /// <summary>An artifact that the handler asked for and that the action does not have, in a sentence.</summary>
    public string? MissingFolderMessage => _inputs?.Miss ?? _outputs?.Miss;

    /// <summary>
    /// Why they could not be made. Thrown by nothing here: PowerShell takes a property that throws for $null.
    /// </summary>
    public Exception? Problem { get; private set; }

    /// <summary>Whether there is anything to delete.</summary>
    public bool AreMade { get; private set; }

    /// <summary>Makes them now; gives why that was not possible.</summary>
    public Exception? Make()
    {
        _ = Paths();
        return Problem;
    }

    /// <summary>What lies beside the output artifacts, by name: it is none of them, and nobody would get it.</summary>
    public IReadOnlyList<string> FindUndeclaredOutputs()
    {
        string folder = Path.Combine(WorkDirectory, Worker.WorkDirectory.Out);
        return AreMade && Directory.Exists(folder)
            ? Directory.GetFileSystemEntries(folder)
                .Where(entry => !OutputPath.Values.Contains(entry, s_sameName))
                .Select(entry => Path.GetFileName(entry)!)
                .OrderBy(name => name, StringComparer.Ordinal)
                .ToArray()
            : Array.Empty<string>();
    }

    /// <summary>A text in which paths begin at the job's folder: where that is, is for the worker alone.</summary>
    public string Hide(string text) => _paths is JobDirectoryPaths paths
        ? text.Replace(paths.WorkDirectory + Path.DirectorySeparatorChar, string.Empty)
            .Replace(paths.WorkDirectory, "the job's folder")
        : text;

    /// <summary>The job is over: what was made is deleted, and nothing more is made.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isOver = true;
            if (AreMade)
            {
                AreMade = false;
                worker.Delete(_paths!);
            }
        }
    }

    private JobDirectoryPaths Paths()
    {
        lock (_lock)
        {
            if (_paths is null)
            {
                try
                {
                    bool isOpen = !_isOver && worker.Open();
                    _paths = worker.PathsOf(jobId, artifacts);
                    if (isOpen)
                    {
                        Worker.WorkDirectory.Make(_paths);
                        AreMade = true;
                    }
                }
                catch (Exception error) when (FileErrors.IsIoError(error))
                {
                    Problem = error;
                    _paths ??= worker.PathsOf(jobId, artifacts);
                }
            }

            return _paths;
        }
    }
}

/// <summary>The paths of a job's folders, whether or not they are there.</summary>
internal sealed record JobDirectoryPaths(
    string WorkDirectory,
    IReadOnlyDictionary<string, string> InputPath,
    IReadOnlyDictionary<string, string> OutputPath);
