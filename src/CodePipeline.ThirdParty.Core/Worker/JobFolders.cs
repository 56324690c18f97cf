using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Where a claimed job works. The folders are made when they are first asked for, which most handlers never do.
/// </summary>
/// <param name="worker">The worker's folder, which they are in.</param>
/// <param name="jobId">Whose they are.</param>
/// <param name="artifacts">What has a place in them; <see langword="null"/> for nothing.</param>
internal sealed class JobFolders(WorkFolders worker, string jobId, JobArtifacts? artifacts)
{
    private readonly object _lock = new();
    private JobPaths? _paths;
    private bool _isOver;

    /// <summary>A folder of the job's own, deleted after it.</summary>
    public string WorkDirectory => Paths().WorkDirectory;

    /// <summary>Where each input artifact lies, by name.</summary>
    public IReadOnlyDictionary<string, string> InputPath => Paths().InputPath;

    /// <summary>Where the handler leaves each output artifact, by name.</summary>
    public IReadOnlyDictionary<string, string> OutputPath => Paths().OutputPath;

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

    /// <summary>The job is over: what was made is deleted, and nothing more is made.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isOver = true;
            if (AreMade)
            {
                AreMade = false;
                worker.Delete(_paths!.WorkDirectory);
            }
        }
    }

    private JobPaths Paths()
    {
        lock (_lock)
        {
            if (_paths is null)
            {
                _paths = worker.PathsOf(jobId, artifacts);
                try
                {
                    AreMade = !_isOver && worker.Make(_paths);
                }
                catch (Exception error) when (FileErrors.IsOfSystem(error))
                {
                    Problem = error;
                }
            }

            return _paths;
        }
    }
}

/// <summary>The paths of a job's folders, whether or not they are there.</summary>
internal sealed record JobPaths(
    string WorkDirectory,
    IReadOnlyDictionary<string, string> InputPath,
    IReadOnlyDictionary<string, string> OutputPath);
