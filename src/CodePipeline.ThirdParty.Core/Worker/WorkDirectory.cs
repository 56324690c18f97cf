using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// The folder of one worker, which contains the folders of its jobs. The worker deletes it at its end. If the worker
/// crashes, a later worker of the same user deletes it.
/// </summary>
internal sealed class WorkDirectory : IDisposable
{
    /// <summary>The name of the output artifacts' folder within a job's folder.</summary>
    public const string Out = "out";

    private const string Prefix = "worker-";
    private const string In = "in";

    private readonly object _lock = new();
    private readonly string _root;
    private readonly Action<string> _warn;
    private readonly TimeProvider _clock;
    private OwnedFolder? _folder;
    private bool _isDisposed;

    /// <summary>Creates the object, but no folder.</summary>
    /// <param name="root">The parent folder; <see langword="null"/> for the system's folder of temporary files.</param>
    /// <param name="clock">Gives the age of stale folders.</param>
    /// <param name="warn">Receives a message if a folder cannot be deleted.</param>
    public WorkDirectory(string? root, TimeProvider clock, Action<string> warn)
    {
        _root = root ?? Path.GetTempPath();
        _clock = clock;
        _warn = warn;
    }

    /// <summary>Returns a job's folders, which are created on first use.</summary>
    public JobDirectory ForJob(string jobId, JobArtifacts? artifacts) => new(this, jobId, artifacts);

    /// <summary>
    /// Creates the worker's folder, if it does not exist. Returns <see langword="false"/> after <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The user has no permission to create the folder.</exception>
    public bool Open()
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _folder ??= OwnedFolder.CreateForUser(_root, Prefix);
            }

            return !_isDisposed;
        }
    }

    /// <summary>
    /// Returns the paths of a job's folders. An artifact's file name is its name, if that is a safe file name.
    /// </summary>
    public JobDirectoryPaths PathsOf(string jobId, JobArtifacts? artifacts)
    {
        // Properties of the job return these paths even if the folders cannot be created.
        string name = Path.Combine(_folder?.Path ?? Path.Combine(_root, Prefix + "none"), SafeFileName.For(jobId));
        string folder = name;

        // A handler that could not be stopped may still use the folder of an earlier run of the job.
        for (int i = 2; Directory.Exists(folder); i++)
        {
            folder = $"{name}-{i}";
        }

        return new JobDirectoryPaths(
            folder,
            Paths(Path.Combine(folder, In), artifacts?.Inputs),
            Paths(Path.Combine(folder, Out), artifacts?.Outputs));
    }

    /// <summary>Creates a job's folders.</summary>
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

    /// <summary>Deletes the folders that crashed workers of this user left.</summary>
    public void DeleteStale() => OwnedFolder.SweepForUser(_root, Prefix, _clock);

    /// <summary>Deletes a job's folder. Warns if a part of it cannot be deleted.</summary>
    public void Delete(JobDirectoryPaths paths)
    {
        try
        {
            Warn(paths.WorkDirectory, _folder?.Delete(paths.WorkDirectory));
        }
        catch (ObjectDisposedException)
        {
            // The worker has already deleted its whole folder.
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            if (_folder is not null)
            {
                Warn(_folder.Path, _folder.Remove());
            }
        }
    }

    private static Dictionary<string, string> Paths(string folder, IReadOnlyList<JobArtifact>? artifacts)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);

        // Windows and macOS do not distinguish names that differ only in case.
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
