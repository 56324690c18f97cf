using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// The folders of one claimed job. Created on first use, because most handlers use none of them.
/// </summary>
/// <param name="worker">The worker's folder, which contains them.</param>
/// <param name="jobId">The id of the job.</param>
/// <param name="artifacts">The artifacts that get a path; <see langword="null"/> if the worker moves none.</param>
internal sealed class JobDirectory(WorkDirectory worker, string jobId, JobArtifacts? artifacts)
{
    private static readonly StringComparer s_sameName = RuntimeInformation.IsOSPlatform(OSPlatform.Linux)
        ? StringComparer.Ordinal
        : StringComparer.OrdinalIgnoreCase;

    private readonly object _lock = new();
    private JobDirectoryPaths? _paths;
    private ArtifactPaths? _inputs;
    private ArtifactPaths? _outputs;
    private bool _isDeleted;

    /// <summary>The job's own folder. Deleted when the job ends.</summary>
    public string WorkDirectory => Paths().WorkDirectory;

    /// <summary>The path of each input artifact, by name.</summary>
    public IReadOnlyDictionary<string, string> InputPath =>
        _inputs ??= new ArtifactPaths("input", Paths().InputPath, artifacts is not null);

    /// <summary>The path at which the handler creates each output artifact, by name.</summary>
    public IReadOnlyDictionary<string, string> OutputPath =>
        _outputs ??= new ArtifactPaths("output", Paths().OutputPath, artifacts is not null);

    /// <summary>
    /// A message about an artifact that the handler looked up and that the action does not have; <see langword="null"/>
    /// if there is none.
    /// </summary>
    public string? UnknownArtifactMessage => _inputs?.UnknownNameMessage ?? _outputs?.UnknownNameMessage;

    /// <summary>
    /// Why the folders could not be created. The properties above do not throw it, because PowerShell would turn the
    /// exception into $null.
    /// </summary>
    public Exception? Problem { get; private set; }

    /// <summary>Whether the folders exist.</summary>
    public bool AreMade { get; private set; }

    /// <summary>Creates the folders now. Returns the error if that failed.</summary>
    public Exception? Make()
    {
        _ = Paths();
        return Problem;
    }

    /// <summary>
    /// Returns the names of files and folders next to the output artifacts that are not output artifacts themselves.
    /// The worker would delete them with the job's folder.
    /// </summary>
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

    /// <summary>Makes paths in a text relative to the job's folder, to hide the worker's file system.</summary>
    public string HidePaths(string text) => _paths is JobDirectoryPaths paths
        ? text.Replace(paths.WorkDirectory + Path.DirectorySeparatorChar, string.Empty)
            .Replace(paths.WorkDirectory, "the job's folder")
        : text;

    /// <summary>Deletes the folders. They are not created again.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isDeleted = true;
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
                    bool isOpen = !_isDeleted && worker.Open();
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

/// <summary>The paths of a job's folders, which may not exist.</summary>
internal sealed record JobDirectoryPaths(
    string WorkDirectory,
    IReadOnlyDictionary<string, string> InputPath,
    IReadOnlyDictionary<string, string> OutputPath);
