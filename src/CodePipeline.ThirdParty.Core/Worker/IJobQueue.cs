using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The service's side of a worker: one family of jobs (third-party, custom), with its own calls.</summary>
internal interface IJobQueue
{
    /// <summary>Asks for waiting jobs, at most <paramref name="maxBatchSize"/>.</summary>
    Task<IReadOnlyList<JobTicket>> PollAsync(
        ActionTypeId actionType, int maxBatchSize, CancellationToken cancellationToken);

    /// <summary>Finds what the job's calls need (a client token), and reads its details.</summary>
    Task<IWorkerJob> GetDetailsAsync(JobTicket ticket, CancellationToken cancellationToken);

    /// <summary>Reports success, or that the action goes on in a later job.</summary>
    Task SucceedAsync(JobTicket ticket, SuccessResult result, CancellationToken cancellationToken);

    /// <summary>Reports failure. Needs no details, so that it also works for a job of a worker that died.</summary>
    Task FailAsync(JobTicket ticket, FailureResult result, CancellationToken cancellationToken);
}
