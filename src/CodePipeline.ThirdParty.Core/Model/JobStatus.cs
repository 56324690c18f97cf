namespace CodePipeline.ThirdParty;

/// <summary>The known states of a job. The module keeps any other status text unchanged.</summary>
public static class JobStatus
{
    /// <summary>The job was created.</summary>
    public const string Created = "Created";

    /// <summary>The job waits for a poll.</summary>
    public const string Queued = "Queued";

    /// <summary>A poll handed out the job, and no worker has claimed it yet.</summary>
    public const string Dispatched = "Dispatched";

    /// <summary>A worker has claimed the job.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The job exceeded its time limit.</summary>
    public const string TimedOut = "TimedOut";

    /// <summary>The job succeeded.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The job failed.</summary>
    public const string Failed = "Failed";
}
