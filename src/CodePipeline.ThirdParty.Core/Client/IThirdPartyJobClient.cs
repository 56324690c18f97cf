using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// The five operations for third-party jobs. Another client, such as the SDK's own, can implement this interface.
/// </summary>
/// <remarks>
/// Every call checks its input against the service model before it sends a request, and throws
/// <see cref="InvalidInputException"/> if a limit is exceeded. It retries as configured. If it fails, it throws
/// <see cref="ThirdPartyServiceException"/>, <see cref="ThirdPartyConnectionException"/> or
/// <see cref="CredentialException"/>.
/// </remarks>
public interface IThirdPartyJobClient : IDisposable
{
    /// <summary>
    /// PollForThirdPartyJobs: hands out waiting jobs of an action type, at most <paramref name="maxBatchSize"/> (1 or
    /// more). <see langword="null"/> leaves the number to the service.
    /// </summary>
    Task<IReadOnlyList<PolledJob>> PollForThirdPartyJobsAsync(
        ActionTypeId actionType, int? maxBatchSize, CallOptions options, CancellationToken cancellationToken);

    /// <summary>GetThirdPartyJobDetails: returns the nonce, data and new artifact credentials of a job.</summary>
    Task<JobDetailsResponse> GetThirdPartyJobDetailsAsync(
        string jobId, Secret clientToken, CallOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// AcknowledgeThirdPartyJob: claims a job and returns its status, which is InProgress if the claim succeeded.
    /// </summary>
    Task<string> AcknowledgeThirdPartyJobAsync(
        string jobId, string nonce, Secret clientToken, CallOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// PutThirdPartyJobSuccessResult: ends a job successfully. With a continuation token, the action continues in a new
    /// job.
    /// </summary>
    Task PutThirdPartyJobSuccessResultAsync(
        string jobId, Secret clientToken, SuccessResult result, CallOptions options,
        CancellationToken cancellationToken);

    /// <summary>PutThirdPartyJobFailureResult: ends a job as failed.</summary>
    Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken);
}
