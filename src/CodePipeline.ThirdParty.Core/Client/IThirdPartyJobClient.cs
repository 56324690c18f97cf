using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// The five operations for third-party jobs. The seam where another client (the SDK's own) can take its place.
/// </summary>
/// <remarks>
/// Every call checks the limits of the service model before it goes over the wire
/// (<see cref="InvalidInputException"/>), retries as configured, and ends in a
/// <see cref="ThirdPartyServiceException"/>, a <see cref="ThirdPartyConnectionException"/> or a
/// <see cref="CredentialException"/> where it fails.
/// </remarks>
public interface IThirdPartyJobClient : IDisposable
{
    /// <summary>
    /// PollForThirdPartyJobs: hands out waiting jobs of an action type, at most <paramref name="maxBatchSize"/> (1 or
    /// more; the service's own number without it).
    /// </summary>
    Task<IReadOnlyList<PolledJob>> PollForThirdPartyJobsAsync(
        ActionTypeId actionType, int? maxBatchSize, CallOptions options, CancellationToken cancellationToken);

    /// <summary>GetThirdPartyJobDetails: nonce, data and fresh artifact credentials of a job.</summary>
    Task<JobDetailsResponse> GetThirdPartyJobDetailsAsync(
        string jobId, Secret clientToken, CallOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// AcknowledgeThirdPartyJob: claims a job; answers its status, which is InProgress where the claim held.
    /// </summary>
    Task<string> AcknowledgeThirdPartyJobAsync(
        string jobId, string nonce, Secret clientToken, CallOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// PutThirdPartyJobSuccessResult: ends a job well, or hands it on where there is a continuation token.
    /// </summary>
    Task PutThirdPartyJobSuccessResultAsync(
        string jobId, Secret clientToken, SuccessResult result, CallOptions options,
        CancellationToken cancellationToken);

    /// <summary>PutThirdPartyJobFailureResult: ends a job as failed.</summary>
    Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken);
}
