using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Credentials;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// The five operations on AWSSDK.Core's runtime: signing, credentials, retries, clock skew and proxies are the SDK's.
/// </summary>
internal sealed class ThirdPartyJobClient : IThirdPartyJobClient
{
    private readonly ServiceClient _service;
    private readonly ClientSettings _settings;
    private readonly AwsSettings _aws;
    private readonly Uri _endpoint;
    private int _isNoticed;

    /// <summary>Creates a client of its own; <see cref="ClientCache"/> shares them.</summary>
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

    /// <summary>Where the requests go.</summary>
    public Uri Endpoint => _endpoint;

    /// <summary>
    /// Whether that is the service's own endpoint: none is set by the session, the environment or the profile.
    /// </summary>
    public bool HasOwnEndpoint { get; }

    /// <summary>What the requests are signed with.</summary>
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
            ResponseReader.Nothing,
            cancellationToken);

    public Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken) =>
        CallAsync(
            new PutThirdPartyJobFailureResultRequest(RequestBody.Failure(jobId, clientToken, result), options.Wire),
            options,
            clientToken,
            ResponseReader.Nothing,
            cancellationToken);

    public void Dispose() => _service.Dispose();

    /// <summary>Tells, once, what was passed over and what is not protected.</summary>
    private void Notice(CallOptions options)
    {
        if (options.Notice is null || Interlocked.Exchange(ref _isNoticed, 1) != 0)
        {
            return;
        }

        if (_endpoint is { Scheme: "http", IsLoopback: false })
        {
            options.Notice(
                $"Calls go to {_endpoint} without TLS: client tokens can be read on the way. Use an endpoint of "
                + "https.");
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
        Notice(options);
        OperationResponse response;
        try
        {
            if (Credentials is SourcedCredentials sourced)
            {
                // Here it can be asked for a code, and stopped.
                await sourced.PrepareAsync(options, cancellationToken).ConfigureAwait(false);
            }

            response = await _service.CallAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // However the SDK words it, the caller asked for the end.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception error) when (ErrorTranslation.Chain(error).OfType<ResponseTooLongException>().Any())
        {
            throw ErrorTranslation.TooLong(call);
        }
        catch (AmazonUnmarshallingException error)
            when (ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error) is not null)
        {
            // The SDK gives it the status of the answer, which broke off after its head.
            throw ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error)!;
        }
        catch (AmazonServiceException error) when (call.Attempts > 0 && (int)error.StatusCode > 0)
        {
            throw ErrorTranslation.Service(call, error, token);
        }
        catch (Exception error) when (error is not (InvalidInputException or CredentialException))
        {
            if (ErrorTranslation.OfInput(error) is { } input)
            {
                throw input;
            }

            // The adaptive retry mode wraps the answer that it gave up on.
            if (ErrorTranslation.FromResponse(call, error) is { } answer)
            {
                throw ErrorTranslation.Service(call, answer, token);
            }

            // Before the first attempt only the credentials' own source is called.
            if (call.Attempts > 0 && ErrorTranslation.Connection(call, _endpoint.AbsoluteUri, error) is { } connection)
            {
                throw connection;
            }

            // An answer of status 000, say: of a proxy, or of no HTTP server at all.
            if (call.Attempts > 0 && error is AmazonServiceException odd)
            {
                throw ErrorTranslation.Service(call, odd, token);
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
