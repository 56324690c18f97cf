using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Sends S3 requests of one job. Renews the job's credentials, finds the region of each bucket, and retries failed
/// requests, including their bodies.
/// </summary>
internal sealed class S3ArtifactStore : IDisposable
{
    private const int DefaultAttempts = 3;
    private const int MostRegions = 2;
    private const int RememberedBuckets = 256;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(20);

    // The regions of buckets outside the configured region, so that later jobs use them at once.
    private static readonly ConcurrentDictionary<(string? Endpoint, string Bucket), string> s_regions = new();

    // The endpoints without TLS that a warning was written for.
    private static readonly ConcurrentDictionary<string, bool> s_warned = new(StringComparer.Ordinal);

    private readonly JobArtifacts _job;
    private readonly AwsSettings _aws;
    private readonly string? _endpoint;
    private readonly TimeProvider _clock;
    private readonly JobCredentials _credentials;
    private readonly string _region;
    private readonly TimeSpan _stallTimeout;
    private readonly int _attempts;
    private readonly Func<double> _jitter = BackOff.Chance();
    private readonly Dictionary<(int Generation, string Region, bool Dotted), S3ClientFactory> _clients = new();
#if NET
    private SharedHttpClientFactory? _http;
#endif

    public S3ArtifactStore(JobArtifacts job, TimeProvider clock)
    {
        _job = job;
        _clock = clock;
        _credentials = new JobCredentials(job, clock);
        _aws = new AwsSettings(job.Settings);
        Uri? endpoint = S3Configuration.EndpointOf(_aws);
        _endpoint = endpoint?.AbsoluteUri;
        if (endpoint is { Scheme: "http", IsLoopback: false } && s_warned.TryAdd(_endpoint!, true))
        {
            job.Warn?.Invoke(
                $"The S3 endpoint {_endpoint} does not use TLS, so others on the network can read the artifacts. "
                + "Use an https endpoint.");
        }

        _region = _aws.Region;
        _stallTimeout = ClientConfiguration.TimeoutOf(job.Settings);
        _attempts = _aws.MaxAttempts ?? DefaultAttempts;
    }

    public JobArtifacts Job => _job;

    /// <summary>Sends a request and retries transient errors.</summary>
    /// <param name="operation">The name of the API operation.</param>
    /// <param name="artifact">The object.</param>
    /// <param name="send">
    /// Sends the request with a client and reads the whole response. A retry of a download continues where the failed
    /// attempt stopped. It reports progress to the attempt.
    /// </param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="unclear">
    /// Called when a failed attempt may have taken effect, because its response was lost or was a server error.
    /// </param>
    public async Task<T> SendAsync<T>(
        string operation,
        ArtifactObject artifact,
        Func<S3ClientFactory, TransferAttempt, Task<T>> send,
        CancellationToken cancellationToken,
        Action? unclear = null)
    {
        var budget = new RetryBudget(new BackOff(s_firstDelay, s_longestDelay, _jitter));
        while (true)
        {
            S3ClientFactory client = await ClientAsync(artifact.BucketName, cancellationToken).ConfigureAwait(false);
            using var attempt = new TransferAttempt(_stallTimeout, _clock, cancellationToken);
            Exception failure;
            budget.Attempts++;
            budget.Total++;
            _job.Wire?.Invoke($"{operation} of {artifact.About}, attempt {budget.Total}, to {client.Endpoint}.");
            try
            {
                T result = await send(client, attempt).ConfigureAwait(false);
                _job.Wire?.Invoke($"{operation} of {artifact.About} succeeded.");
                return result;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // The SDK reports cancellation in several forms; use one.
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception error) when (error is not (ArtifactTransferException or InvalidInputException))
            {
                failure = error;
            }

            if (attempt.WasWorthwhile)
            {
                budget.Attempts = 1;
                budget.BackOff.Reset();
            }

            if (attempt.IsStalled)
            {
                failure = new TimeoutException(
                    $"No data was sent or received for {_stallTimeout.TotalSeconds:0.###} seconds.", failure);
            }

            await RecoverAsync(operation, artifact, client, failure, budget, unclear, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (S3ClientFactory client in _clients.Values)
        {
            client.Dispose();
        }

#if NET
        _http?.Dispose();
#endif
        _credentials.Dispose();
    }

    /// <summary>Prepares a retry of a failed attempt, or throws if a retry cannot succeed.</summary>
    private async Task RecoverAsync(
        string operation,
        ArtifactObject artifact,
        S3ClientFactory client,
        Exception failure,
        RetryBudget budget,
        Action? unclear,
        CancellationToken cancellationToken)
    {
        if (ConnectionErrors.FindInputError(failure) is InvalidInputException input)
        {
            throw input;
        }

        if (FindErrorResponse(failure) is not AmazonServiceException response)
        {
            _job.Wire?.Invoke($"{operation} of {artifact.About} got no response: {failure.GetType().Name}.");
            unclear?.Invoke();
            ThirdPartyConnectionException? connection =
                ConnectionErrors.Find(operation, budget.Total, client.Endpoint, failure);

            // A truncated 200 response counts as a failed attempt.
            bool isTransient = connection is null
                ? ConnectionErrors.Chain(failure).Any(
                    each => each is AmazonUnmarshallingException or System.Xml.XmlException)
                : connection.Fault is not (ConnectionFault.Tls or ConnectionFault.Proxy);
            string why = connection?.Message ?? ConnectionErrors.Chain(failure).Last().Message;
            if (!isTransient || budget.Attempts >= _attempts)
            {
                throw connection ?? (Exception)ArtifactErrors.Unexpected(operation, artifact.About, why);
            }

            await DelayAsync(operation, artifact, why, budget, cancellationToken).ConfigureAwait(false);
            return;
        }

        _job.Wire?.Invoke(
            $"{operation} of {artifact.About} failed with HTTP {(int)response.StatusCode} {response.ErrorCode}, "
            + $"request id {response.RequestId ?? "none"}.");
        ArtifactFault fault = ArtifactErrors.FaultOf(response);
        if (fault is ArtifactFault.CredentialsExpired || response.ErrorCode == "InvalidToken")
        {
            if (budget.Renewals++ == 0 && _job.RenewAsync is not null)
            {
                await _credentials.RenewAsync(client.Lease.Generation, cancellationToken).ConfigureAwait(false);
                budget.Attempts--;
                return;
            }
        }
        else if (FindRegion(response) is string region && region != client.Region)
        {
            if (budget.Regions++ < MostRegions)
            {
                _job.Log?.Invoke($"Bucket {artifact.BucketName} is in region {region}.");
                Remember(artifact.BucketName, region);
                budget.Attempts--;
                return;
            }
        }
        else if (response.ErrorCode is "RequestTimeTooSkewed" && budget.Clocks++ == 0)
        {
            // The SDK read the store's clock from the response and now signs with that time.
            budget.Attempts--;
            return;
        }
        else if (budget.Attempts < _attempts && IsTransient(response, fault))
        {
            if ((int)response.StatusCode >= 500)
            {
                unclear?.Invoke();
            }

            await DelayAsync(operation, artifact, response.ErrorCode, budget, cancellationToken).ConfigureAwait(false);
            return;
        }

        throw ArtifactErrors.FromResponse(
            operation, artifact.About, response, budget.Total, SecretsOf(client.Lease.Source));
    }

    private static bool IsTransient(AmazonServiceException response, ArtifactFault fault) =>
        fault is ArtifactFault.Throttled or ArtifactFault.Unavailable or ArtifactFault.Damaged
        || response.ErrorCode is "RequestTimeout" or "InternalError" or "OperationAborted" or "RequestTimeoutException";

    private async Task<S3ClientFactory> ClientAsync(string bucket, CancellationToken cancellationToken)
    {
        CredentialLease lease = await _credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        string region = s_regions.TryGetValue((_endpoint, bucket), out string? known) ? known : _region;
        (int, string, bool Dotted) key = (lease.Generation, region, bucket.IndexOf('.') >= 0);
        lock (_clients)
        {
            if (!_clients.TryGetValue(key, out S3ClientFactory? client))
            {
                AmazonS3Config config = S3Configuration.Create(_aws, region, key.Dotted);
#if NET
                config.HttpClientFactory = _http ??= new SharedHttpClientFactory(config.HttpClientFactory);
#endif
                client = new S3ClientFactory(lease, region, config, _aws.ValidatesOnlyWhenRequired);
                _clients.Add(key, client);
            }

            return client;
        }
    }

    private void Remember(string bucket, string region)
    {
        if (s_regions.Count >= RememberedBuckets)
        {
            s_regions.Clear();
        }

        s_regions[(_endpoint, bucket)] = region;
    }

    private Task DelayAsync(
        string operation, ArtifactObject artifact, string why, RetryBudget budget, CancellationToken cancellationToken)
    {
        TimeSpan delay = budget.BackOff.Next();
        _job.Log?.Invoke(
            $"Retrying {operation} of {artifact.About} in {delay.TotalSeconds:0.0} seconds: {why}");
        return _clock.DelayAsync(delay, cancellationToken);
    }

    /// <summary>
    /// Finds the store's error response in an exception. A successful response that cannot be parsed does not count.
    /// </summary>
    private static AmazonServiceException? FindErrorResponse(Exception error) =>
        ConnectionErrors.Chain(error).OfType<AmazonServiceException>().FirstOrDefault(response =>
            (int)response.StatusCode >= 300
            || ((int)response.StatusCode > 0 && response is not AmazonUnmarshallingException));

    /// <summary>Finds the region of the bucket in an error response.</summary>
    private static string? FindRegion(AmazonServiceException response)
    {
        if ((int)response.StatusCode is not (301 or 307 or 400 or 403))
        {
            return null;
        }

        foreach (Amazon.Runtime.Internal.HttpErrorResponseException http in
            ConnectionErrors.Chain(response).OfType<Amazon.Runtime.Internal.HttpErrorResponseException>())
        {
            string? header = http.Response?.GetHeaderValue("x-amz-bucket-region");
            if (header is not null && RegionNames.IsName(header))
            {
                return header;
            }
        }

        if (response.ErrorCode is not "AuthorizationHeaderMalformed")
        {
            return null;
        }

        // "…; the region 'us-east-1' is wrong; expecting 'eu-west-1'". The SDK does not expose the <Region> element.
        string[] words = (response.Message ?? string.Empty).Split('\'');
        int before = Array.FindIndex(words, word => word.EndsWith("expecting ", StringComparison.Ordinal));
        string? named = before >= 0 && before + 2 < words.Length ? words[before + 1] : null;

        // Validate it, because it becomes part of a host name.
        return named is not null && RegionNames.IsName(named) ? named : null;
    }

    private static string[] SecretsOf(ArtifactCredentials source) =>
        new[] { source.SessionToken.Reveal(), source.SecretAccessKey.Reveal(), source.AccessKeyId.Reveal() };

    private sealed class RetryBudget(BackOff backOff)
    {
        public BackOff BackOff { get; } = backOff;

        public int Attempts { get; set; }

        public int Total { get; set; }

        public int Renewals { get; set; }

        public int Regions { get; set; }

        public int Clocks { get; set; }
    }
}
