using System.Collections.Generic;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A claimed job in a handler's hands: its details, and where it works.</summary>
public sealed class ThirdPartyWorkerJob : ThirdPartyJobDetail
{
    private readonly JobDirectory _folders;

    internal ThirdPartyWorkerJob(ThirdPartyJobDetail job, JobDirectory folders)
        : base(job, JobStatus.InProgress)
    {
        _folders = folders;
    }

    /// <summary>A folder of the job's own, deleted after it.</summary>
    public string WorkDirectory => _folders.WorkDirectory;

    /// <summary>Where each input artifact lies, by name: a folder, expanded where it was an archive.</summary>
    public IReadOnlyDictionary<string, string> InputPath => _folders.InputPath;

    /// <summary>Where the handler leaves each output artifact, by name: a file, or a folder that is zipped.</summary>
    public IReadOnlyDictionary<string, string> OutputPath => _folders.OutputPath;
}
