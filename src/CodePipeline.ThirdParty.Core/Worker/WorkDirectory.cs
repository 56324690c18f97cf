using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The folder of one worker, and in it those of its jobs. Gone with the worker, or with a later one.</summary>
internal sealed class WorkDirectory : IDisposable
{
    /// <summary>The folder of a job's output artifacts, within its own.</summary>
    public const string Out = "out";

    private const string Prefix = "worker-";
    private const string In = "in";

    private readonly object _lock = new();
    private readonly string _root;
    private readonly Action<string> _warn;
    private readonly TimeProvider _clock;
    private OwnedFolder? _folder;
    private bool _isOver;

    /// <summary>Nothing is made before a job wants its folders.</summary>
    public WorkDirectory(string? root, TimeProvider clock, Action<string> warn)
    {
        _root = root ?? Path.GetTempPath();
        _clock = clock;
        _warn = warn;
    }

    /// <summary>A job's folders, which are made once they are asked for.</summary>
    public JobDirectory ForJob(string jobId, JobArtifacts? artifacts) => new(this, jobId, artifacts);

    /// <summary>Makes the worker's own folder; false where the worker is at its end.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public bool Open()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _folder ??= OwnedFolder.CreateForUser(_root, Prefix);
            }

            return !_isOver;
        }
    }

    /// <summary>
    /// Where a job's folders are. Inputs and outputs have their names where these are safe file names.
    /// </summary>
    public JobDirectoryPaths PathsOf(string jobId, JobArtifacts? artifacts)
    {
        // Paths have to be told, also where nothing can be made.
        string name = Path.Combine(_folder?.Path ?? Path.Combine(_root, Prefix + "none"), SafeFileName.For(jobId));
        string folder = name;

        // A handler that could not be stopped may still hold the job's last one.
        for (int i = 2; Directory.Exists(folder); i++)
        {
            folder = $"{name}-{i}";
        }

        return new JobDirectoryPaths(
            folder,
            Paths(Path.Combine(folder, In), artifacts?.Inputs),
            Paths(Path.Combine(folder, Out), artifacts?.Outputs));
    }

    /// <summary>Makes a job's folders.</summary>
    public static void Make(JobDirectoryPaths paths)
    {
        PrivateFiles.CreateFolder(paths.WorkDirectory);
        if (paths.InputPath.Count > 0)
        {
            PrivateFiles.CreateFolder(Path.Combine(paths.WorkDirectory, In));
        }

        if (paths.OutputPath.Count > 0)
        {
            PrivateFiles.CreateFolder(Path.Combine(paths.WorkDirectory, Out));
        }
    }

    /// <summary>Deletes what workers of this user left that ended without doing so themselves.</summary>
    public void DeleteStale() => OwnedFolder.SweepForUser(_root, Prefix, _clock);

    /// <summary>Deletes a job's folder; what cannot be is left, with a warning.</summary>
    public void Delete(JobDirectoryPaths paths)
    {
        try
        {
            Warn(paths.WorkDirectory, _folder?.Delete(paths.WorkDirectory));
        }
        catch (ObjectDisposedException)
        {
            // With the worker's whole folder it is gone already.
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            if (_folder is not null)
            {
                Warn(_folder.Path, _folder.Remove());
            }
        }
    }

    private static Dictionary<string, string> Paths(string folder, IReadOnlyList<JobArtifact>? artifacts)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);

        // Names that differ in case only are one name on Windows and macOS.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        JobArtifact[] none = Array.Empty<JobArtifact>();
        foreach (string name in (artifacts ?? none).Select(artifact => artifact.Name).OfType<string>())
        {
            string safe = SafeFileName.For(name);
            paths[name] = Path.Combine(folder, taken.Add(safe) ? safe : $"{safe}-{SafeFileName.Hash(name)}");
        }

        return paths;
    }

    private void Warn(string path, string? left)
    {
        if (left is not null)
        {
            _warn($"The work folder '{path}' could not be deleted: {ArchiveErrors.Shown(left)}.");
        }
    }
}
