using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Does the work of a claimed job.</summary>
internal interface IJobHandler
{
    /// <summary>
    /// Runs to the end of the work. An exception is a failure with its message; a <see cref="JobFailedException"/> says
    /// more.
    /// </summary>
    /// <param name="job">What <see cref="IWorkerJob.ToHandlerJob"/> gave.</param>
    /// <param name="cancellationToken">
    /// The job's time is up, or the worker stops. A handler that does not end is left behind: its job is reported all
    /// the same, and its place takes no other one.
    /// </param>
    /// <returns>The outcome; <see langword="null"/> for plain success.</returns>
    Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken);
}

/// <summary>A handler that starts processes, whose end it may wait for longer than it should.</summary>
internal interface IProcessHandler : IJobHandler
{
    /// <summary>
    /// The handler does not end though it was told to: kills the processes that it left running, where they can be told
    /// from others.
    /// </summary>
    /// <param name="jobId">Whose handler.</param>
    void KillProcesses(string jobId);
}
