namespace CodePipeline.ThirdParty;

/// <summary>The states of a job that the service is known to answer with. Other text is kept as it comes.</summary>
public static class JobStatus
{
    /// <summary>The job was created.</summary>
    public const string Created = "Created";

    /// <summary>The job waits for a poll.</summary>
    public const string Queued = "Queued";

    /// <summary>A poll handed the job out; nobody has claimed it yet.</summary>
    public const string Dispatched = "Dispatched";

    /// <summary>A worker has claimed the job.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The job was past its time limit.</summary>
    public const string TimedOut = "TimedOut";

    /// <summary>The job ended well.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The job failed.</summary>
    public const string Failed = "Failed";
}
