namespace CodePipeline.ThirdParty;

/// <summary>How a worker's job can end.</summary>
public static class WorkerOutcomes
{
    /// <summary>The job ended well.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The action goes on in a later job.</summary>
    public const string Continued = "Continued";

    /// <summary>The job ended as failed.</summary>
    public const string Failed = "Failed";

    /// <summary>The job was over before its result came: timed out, or stopped with its pipeline.</summary>
    public const string Abandoned = "Abandoned";

    /// <summary>
    /// The result could not be delivered before the worker ended. A journal keeps it for the next worker.
    /// </summary>
    public const string Undelivered = "Undelivered";

    /// <summary>
    /// The job could not be claimed, because its client's token is missing, say. It goes back to its queue.
    /// </summary>
    public const string Skipped = "Skipped";

    /// <summary>Whether the job ended as its pipeline's owner wishes.</summary>
    internal static bool IsGood(string outcome) => outcome is Succeeded or Continued;
}
