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
    private const string Prefix = "cpthirdparty-worker-";
    private const string LockName = ".lock";

    private readonly object _lock = new();
    private readonly string _root;
    private readonly Action<string, Exception> _warn;
    private FileStream? _lockFile;
    private string? _folder;

    /// <summary>Nothing is made before the first job.</summary>
    public WorkFolders(string? root, Action<string, Exception> warn)
    {
        _root = root ?? Path.GetTempPath();
        _warn = warn;
    }

    /// <summary>Makes a job's folders. Inputs and outputs have their names where these are safe file names.</summary>
    public JobFolders Create(string jobId, JobArtifacts? artifacts)
    {
        string folder = Path.Combine(WorkerFolder(), SafeName.Of(jobId));

        // A handler that could not be stopped may still hold the job's last one.
        for (int i = 2; Directory.Exists(folder); i++)
        {
            folder = Path.Combine(WorkerFolder(), $"{SafeName.Of(jobId)}-{i}");
        }

        OwnerOnly.CreateFolder(folder);
        return new JobFolders(
            folder,
            Paths(Path.Combine(folder, "in"), artifacts?.Inputs),
            Paths(Path.Combine(folder, "out"), artifacts?.Outputs));
    }

    public void Delete(JobFolders folders) => Delete(folders.WorkDirectory);

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
                string path = Path.Combine(folder, LockName);
                if (!File.Exists(path))
                {
                    continue;
                }

                // Refused while the worker lives, on this machine or on another one that shares the disk.
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    foreach (string job in Directory.EnumerateFileSystemEntries(folder).Where(entry => entry != path).ToArray())
                    {
                        Delete(job);
                    }
                }

                File.Delete(path);
                Directory.Delete(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It lives, it is another user's, or somebody else deletes it just now.
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_folder is not null)
            {
                _lockFile?.Dispose();
                Delete(_folder);
                _folder = null;
            }
        }
    }

    private string WorkerFolder()
    {
        lock (_lock)
        {
            if (_folder is null)
            {
                string folder = Path.Combine(_root, Prefix + Guid.NewGuid().ToString("N").Substring(0, 12));
                OwnerOnly.CreateFolder(folder);
                _lockFile = OwnerOnly.Open(
                    Path.Combine(folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                _folder = folder;
            }

            return _folder;
        }
    }

    private static Dictionary<string, string> Paths(string folder, IReadOnlyList<JobArtifact>? artifacts)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);

        // Names that differ in case only are one name on Windows and macOS.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in (artifacts ?? Array.Empty<JobArtifact>()).Select(artifact => artifact.Name).OfType<string>())
        {
            string safe = SafeName.Of(name);
            paths[name] = Path.Combine(folder, taken.Add(safe) ? safe : $"{safe}-{SafeName.Hash(name)}");
        }

        if (paths.Count > 0)
        {
            OwnerOnly.CreateFolder(folder);
        }

        return paths;
    }

    private void Delete(string path)
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _warn($"The work folder '{path}' could not be deleted: {error.Message}", error);
        }
    }
}
