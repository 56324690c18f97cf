using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Runs the action of a claimed job.</summary>
internal interface IJobHandler
{
    /// <summary>
    /// Runs the action. An exception fails the job with its message. A <see cref="JobFailedException"/> also sets the
    /// failure type and the external execution id.
    /// </summary>
    /// <param name="job">The job, made by <see cref="IWorkerJob.ToHandlerJob"/>.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the job's time limit is reached or the worker stops. If the handler does not end within
    /// <see cref="TimeLimitedTask.GracePeriod"/>, the worker reports the job as failed and keeps the slot until the
    /// handler ends.
    /// </param>
    /// <returns>The outcome; <see langword="null"/> for success without details.</returns>
    Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken);
}

/// <summary>A handler that starts processes, and whose cancellation may block until they exit.</summary>
internal interface IProcessHandler : IJobHandler
{
    /// <summary>
    /// Kills the processes that a job's handler started, as far as they can be identified. The worker calls this when a
    /// cancelled handler does not end.
    /// </summary>
    /// <param name="jobId">The id of the handler's job.</param>
    void KillProcesses(string jobId);
}
