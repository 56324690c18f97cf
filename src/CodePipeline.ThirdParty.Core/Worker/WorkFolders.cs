using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The folder of one worker, and in it those of its jobs. Gone with the worker, or with a later one.</summary>
internal sealed class WorkFolders : IDisposable
{
    /// <summary>The folder of a job's output artifacts, within its own.</summary>
    public const string Out = "out";

    private const string Prefix = "cpthirdparty-worker-";
    private const string LockName = ".lock";
    private const string In = "in";

    private readonly object _lock = new();
    private readonly string _root;
    private readonly string _folder;
    private readonly Action<string, Exception> _warn;
    private FileStream? _lockFile;
    private bool _isOver;

    /// <summary>Nothing is made before a job wants its folders.</summary>
    public WorkFolders(string? root, Action<string, Exception> warn)
    {
        _root = root ?? Path.GetTempPath();
        _folder = Path.Combine(_root, Prefix + Guid.NewGuid().ToString("N").Substring(0, 12));
        _warn = warn;
    }

    /// <summary>A job's folders, which are made once they are asked for.</summary>
    public JobFolders Of(string jobId, JobArtifacts? artifacts) => new(this, jobId, artifacts);

    /// <summary>
    /// Where a job's folders are. Inputs and outputs have their names where these are safe file names.
    /// </summary>
    public JobPaths PathsOf(string jobId, JobArtifacts? artifacts)
    {
        string name = Path.Combine(_folder, SafeName.Of(jobId));
        string folder = name;

        // A handler that could not be stopped may still hold the job's last one.
        for (int i = 2; Directory.Exists(folder); i++)
        {
            folder = $"{name}-{i}";
        }

        return new JobPaths(
            folder,
            Paths(Path.Combine(folder, In), artifacts?.Inputs),
            Paths(Path.Combine(folder, Out), artifacts?.Outputs));
    }

    /// <summary>Makes a job's folders; <see langword="false"/> where the worker is at its end.</summary>
    public bool Make(JobPaths paths)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return false;
            }

            if (_lockFile is null)
            {
                OwnerOnly.CreateFolder(_folder);
                _lockFile = OwnerOnly.Open(
                    Path.Combine(_folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
        }

        OwnerOnly.CreateFolder(paths.WorkDirectory);
        if (paths.InputPath.Count > 0)
        {
            OwnerOnly.CreateFolder(Path.Combine(paths.WorkDirectory, In));
        }

        if (paths.OutputPath.Count > 0)
        {
            OwnerOnly.CreateFolder(Path.Combine(paths.WorkDirectory, Out));
        }

        return true;
    }

    /// <summary>Deletes what workers left that ended without doing so themselves.</summary>
    public void DeleteStale()
    {
        if (!Directory.Exists(_root))
        {
            return;
        }

        foreach (string folder in Directory.EnumerateDirectories(_root, Prefix + "*").ToArray())
        {
            try
            {
                // A link is nothing that a worker made, and in a place that others share it may lead anywhere.
                string path = Path.Combine(folder, LockName);
                if (IsLink(folder) || IsLink(path) || !File.Exists(path))
                {
                    continue;
                }

                // Refused while the worker lives, on this machine or on another one that shares the disk.
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    string[] entries = Directory.GetFileSystemEntries(folder);
                    foreach (string job in entries.Where(entry => entry != path))
                    {
                        Delete(job);
                    }
                }

                File.Delete(path);
                Directory.Delete(folder);
            }
            catch (Exception error) when (FileErrors.IsOfSystem(error))
            {
                // It lives, it is another user's, or somebody else deletes it just now.
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            if (_lockFile is not null)
            {
                _lockFile.Dispose();
                _lockFile = null;
                Delete(_folder);
            }
        }
    }

    private static bool IsLink(string path)
    {
        // -1 where there is nothing.
        FileAttributes attributes = new FileInfo(path).Attributes;
        return (int)attributes != -1 && (attributes & FileAttributes.ReparsePoint) != 0;
    }

    private static Dictionary<string, string> Paths(string folder, IReadOnlyList<JobArtifact>? artifacts)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);

        // Names that differ in case only are one name on Windows and macOS.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        JobArtifact[] none = Array.Empty<JobArtifact>();
        foreach (string name in (artifacts ?? none).Select(artifact => artifact.Name).OfType<string>())
        {
            string safe = SafeName.Of(name);
            paths[name] = Path.Combine(folder, taken.Add(safe) ? safe : $"{safe}-{SafeName.Hash(name)}");
        }

        return paths;
    }

    /// <summary>Deletes a folder or file; what cannot be is left, with a warning.</summary>
    public void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            _warn($"The work folder '{path}' could not be deleted: {error.Message}", error);
        }
    }
}
