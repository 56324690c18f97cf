namespace CodePipeline.ThirdParty;

/// <summary>The values of <see cref="Worker.JobReport.Outcome"/>.</summary>
public static class WorkerOutcomes
{
    /// <summary>The job succeeded.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The action continues in a later job.</summary>
    public const string Continued = "Continued";

    /// <summary>The job failed.</summary>
    public const string Failed = "Failed";

    /// <summary>
    /// The service did not accept the result. Usually the job had already ended: it timed out, or its pipeline was
    /// stopped.
    /// </summary>
    public const string Abandoned = "Abandoned";

    /// <summary>
    /// The worker could not deliver the result. If it has a journal, the next worker tries again.
    /// </summary>
    public const string Undelivered = "Undelivered";

    /// <summary>
    /// The worker could not claim the job, for example because it has no client token. The job returns to the queue.
    /// </summary>
    public const string Skipped = "Skipped";

    /// <summary>Whether an outcome is not a problem: the job succeeded or continues.</summary>
    internal static bool IsGood(string outcome) => outcome is Succeeded or Continued;
}
