using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>A client that forwards some requests to a client without a connection.</summary>
/// <param name="good">The client with a connection.</param>
/// <param name="broken">The client without a connection.</param>
/// <param name="isBroken">Called with the operation of each request; true selects <paramref name="broken"/>.</param>
internal sealed class SwitchedClient(
    IThirdPartyJobClient good, IThirdPartyJobClient broken, Func<string, bool> isBroken)
    : IThirdPartyJobClient
{
    public Task<IReadOnlyList<PolledJob>> PollForThirdPartyJobsAsync(
        ActionTypeId actionType, int? maxBatchSize, CallOptions options, CancellationToken cancellationToken) =>
        Way(Emulation.Wire.Operations.Poll).PollForThirdPartyJobsAsync(actionType, maxBatchSize, options, cancellationToken);

    public Task<JobDetailsResponse> GetThirdPartyJobDetailsAsync(
        string jobId, Secret clientToken, CallOptions options, CancellationToken cancellationToken) =>
        Way(Emulation.Wire.Operations.Details).GetThirdPartyJobDetailsAsync(jobId, clientToken, options, cancellationToken);

    public Task<string> AcknowledgeThirdPartyJobAsync(
        string jobId, string nonce, Secret clientToken, CallOptions options, CancellationToken cancellationToken) =>
        Way(Emulation.Wire.Operations.Acknowledge)
            .AcknowledgeThirdPartyJobAsync(jobId, nonce, clientToken, options, cancellationToken);

    public Task PutThirdPartyJobSuccessResultAsync(
        string jobId, Secret clientToken, SuccessResult result, CallOptions options,
        CancellationToken cancellationToken) =>
        Way(Emulation.Wire.Operations.Success)
            .PutThirdPartyJobSuccessResultAsync(jobId, clientToken, result, options, cancellationToken);

    public Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken) =>
        Way(Emulation.Wire.Operations.Failure)
            .PutThirdPartyJobFailureResultAsync(jobId, clientToken, result, options, cancellationToken);

    public void Dispose()
    {
        good.Dispose();
        broken.Dispose();
    }

    private IThirdPartyJobClient Way(string operation) => isBroken(operation) ? broken : good;
}
