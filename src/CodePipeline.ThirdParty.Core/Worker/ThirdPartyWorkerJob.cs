using System.Collections.Generic;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A claimed job as a handler receives it: its details and its folders.</summary>
public sealed class ThirdPartyWorkerJob : ThirdPartyJobDetail
{
    private readonly JobDirectory _folders;

    internal ThirdPartyWorkerJob(ThirdPartyJobDetail job, JobDirectory folders)
        : base(job, JobStatus.InProgress)
    {
        _folders = folders;
    }

    /// <summary>The job's own folder. Deleted when the job ends.</summary>
    public string WorkDirectory => _folders.WorkDirectory;

    /// <summary>The folder of each input artifact, by name. The worker expands archives.</summary>
    public IReadOnlyDictionary<string, string> InputPath => _folders.InputPath;

    /// <summary>
    /// The path at which the handler creates each output artifact, by name. The worker uploads a file unchanged, and a
    /// folder as a zip archive.
    /// </summary>
    public IReadOnlyDictionary<string, string> OutputPath => _folders.OutputPath;
}
