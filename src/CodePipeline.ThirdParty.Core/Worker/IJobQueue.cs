using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The service operations of one family of jobs: third-party, or custom.</summary>
internal interface IJobQueue
{
    /// <summary>Polls for up to <paramref name="maxBatchSize"/> jobs of an action type.</summary>
    Task<IReadOnlyList<JobTicket>> PollAsync(
        ActionTypeId actionType, int maxBatchSize, CancellationToken cancellationToken);

    /// <summary>Finds the client token, if the job's calls need one, and reads the job's details.</summary>
    Task<IWorkerJob> GetDetailsAsync(JobTicket ticket, CancellationToken cancellationToken);

    /// <summary>Reports success or, with a continuation token, that the action continues in a later job.</summary>
    Task SucceedAsync(JobTicket ticket, SuccessResult result, CancellationToken cancellationToken);

    /// <summary>Reports failure. Works without the job's details, so a worker can fail jobs of a crashed one.</summary>
    Task FailAsync(JobTicket ticket, FailureResult result, CancellationToken cancellationToken);
}
