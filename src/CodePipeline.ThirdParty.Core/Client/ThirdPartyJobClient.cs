using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// The five operations on AWSSDK.Core's runtime. The SDK handles signing, credentials, retries, clock skew and proxies.
/// </summary>
internal sealed class ThirdPartyJobClient : IThirdPartyJobClient
{
    private readonly ServiceClient _service;
    private readonly ClientSettings _settings;
    private readonly AwsSettings _aws;
    private readonly Uri _endpoint;
    private int _isNoticed;

    /// <summary>Creates a new client. <see cref="ClientCache"/> returns a shared one.</summary>
    public ThirdPartyJobClient(ClientSettings settings)
    {
        _settings = settings;
        _aws = new AwsSettings(settings);
        CodePipelineConfig config = ClientConfiguration.Create(_aws);
        _endpoint = new Uri(config.EndpointProvider.ResolveEndpoint(EndpointRules.ParametersOf(config)).URL);
        HasOwnEndpoint = string.IsNullOrEmpty(config.ServiceURL);
        Credentials = CredentialResolver.Resolve(settings);
        _service = new ServiceClient(Credentials, config);
    }

    /// <summary>The endpoint of the requests.</summary>
    public Uri Endpoint => _endpoint;

    /// <summary>
    /// Whether requests go to the service's own endpoint, not to one from the session, the environment or the profile.
    /// </summary>
    public bool HasOwnEndpoint { get; }

    /// <summary>The credentials that sign the requests.</summary>
    public AWSCredentials Credentials { get; }

    public Task<IReadOnlyList<PolledJob>> PollForThirdPartyJobsAsync(
        ActionTypeId actionType, int? maxBatchSize, CallOptions options, CancellationToken cancellationToken) =>
        CallAsync(
            new PollForThirdPartyJobsRequest(RequestBody.Poll(actionType, maxBatchSize), options.Wire),
            options,
            token: null,
            ResponseReader.Jobs,
            cancellationToken);

    public Task<JobDetailsResponse> GetThirdPartyJobDetailsAsync(
        string jobId, Secret clientToken, CallOptions options, CancellationToken cancellationToken) =>
        CallAsync(
            new GetThirdPartyJobDetailsRequest(RequestBody.Details(jobId, clientToken), options.Wire),
            options,
            clientToken,
            ResponseReader.Details,
            cancellationToken);

    public Task<string> AcknowledgeThirdPartyJobAsync(
        string jobId, string nonce, Secret clientToken, CallOptions options, CancellationToken cancellationToken) =>
        CallAsync(
            new AcknowledgeThirdPartyJobRequest(RequestBody.Acknowledge(jobId, nonce, clientToken), options.Wire),
            options,
            clientToken,
            ResponseReader.Status,
            cancellationToken);

    public Task PutThirdPartyJobSuccessResultAsync(
        string jobId, Secret clientToken, SuccessResult result, CallOptions options,
        CancellationToken cancellationToken) =>
        CallAsync(
            new PutThirdPartyJobSuccessResultRequest(RequestBody.Success(jobId, clientToken, result), options.Wire),
            options,
            clientToken,
            ResponseReader.Empty,
            cancellationToken);

    public Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken) =>
        CallAsync(
            new PutThirdPartyJobFailureResultRequest(RequestBody.Failure(jobId, clientToken, result), options.Wire),
            options,
            clientToken,
            ResponseReader.Empty,
            cancellationToken);

    public void Dispose() => _service.Dispose();

    /// <summary>Warns, once per client, about ignored settings and an unencrypted connection.</summary>
    private void ReportNotices(CallOptions options)
    {
        if (options.Notice is null || Interlocked.Exchange(ref _isNoticed, 1) != 0)
        {
            return;
        }

        if (_endpoint is { Scheme: "http", IsLoopback: false })
        {
            options.Notice(
                $"Calls go to {_endpoint} without TLS, so the network can read client tokens. Use an https endpoint.");
        }

        foreach (string notice in _aws.Notices)
        {
            options.Notice(notice);
        }
    }

    private async Task<T> CallAsync<T>(
        OperationRequest call, CallOptions options, Secret? token, Func<byte[], T> read,
        CancellationToken cancellationToken)
    {
        ReportNotices(options);
        OperationResponse response;
        try
        {
            if (Credentials is SourcedCredentials sourced)
            {
                // Here, the source can ask for an MFA code, and the call can be cancelled.
                await sourced.PrepareAsync(options, cancellationToken).ConfigureAwait(false);
            }

            response = await _service.CallAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The SDK reports a cancellation by several exceptions; the caller expects this one.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception error) when (ConnectionErrors.Chain(error).OfType<ResponseTooLongException>().Any())
        {
            throw ErrorTranslation.TooLong(call);
        }
        catch (AmazonUnmarshallingException error)
            when (ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error) is not null)
        {
            // The response broke off after its headers, and the SDK reports the status of those headers.
            throw ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error)!;
        }
        catch (AmazonServiceException error) when (call.Attempts > 0 && (int)error.StatusCode > 0)
        {
            throw ErrorTranslation.Service(call, error, token);
        }
        catch (Exception error) when (error is not (InvalidInputException or CredentialException))
        {
            if (ConnectionErrors.FindInputError(error) is { } input)
            {
                throw input;
            }

            // The adaptive retry mode wraps the last error response.
            if (ErrorTranslation.FromResponse(call, error) is { } serviceError)
            {
                throw ErrorTranslation.Service(call, serviceError, token);
            }

            // Before the first attempt, only the credential source makes calls.
            if (call.Attempts > 0 && ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error) is { } connection)
            {
                throw connection;
            }

            // A response without a valid status, such as 000, from a proxy or a server that does not speak HTTP.
            if (call.Attempts > 0 && error is AmazonServiceException invalid)
            {
                throw ErrorTranslation.Service(call, invalid, token);
            }

            throw CredentialResolver.Translate(_settings, error);
        }

        if (!response.IsOfService
            || (!response.HasAwsHead && ResponseReader.IsOfOther(response.Body, call.Operation)))
        {
            throw ErrorTranslation.NotFromService(call);
        }

        options.OnResponse?.Invoke(new ResponseDetails(response.ResponseMetadata?.RequestId, response.Body.Length));
        try
        {
            return read(response.Body);
        }
        catch (UnreadableResponseException)
        {
            throw ErrorTranslation.Unreadable(call, response);
        }
    }
}
