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
/// S3 as one job may use it: with its own credentials, renewed in time, in the region of each bucket, and with retries
/// that know bodies too.
/// </summary>
internal sealed class S3ArtifactStore : IDisposable
{
    private const int DefaultAttempts = 3;
    private const int MostRegions = 2;
    private const int RememberedBuckets = 256;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(20);

    // The region of each bucket that turned out to be elsewhere, so that the next job goes there at once.
    private static readonly ConcurrentDictionary<(string? Endpoint, string Bucket), string> s_regions = new();

    // The endpoints that the user was warned of.
    private static readonly ConcurrentDictionary<string, bool> s_warned = new(StringComparer.Ordinal);

    private readonly JobArtifacts _job;
    private readonly AwsSettings _aws;
    private readonly string? _endpoint;
    private readonly TimeProvider _clock;
    private readonly JobCredentials _credentials;
    private readonly string _region;
    private readonly TimeSpan _patience;
    private readonly int _attempts;
    private readonly Func<double> _chance = BackOff.Chance();
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
                $"Artifacts go to and come from {_endpoint} without TLS: they can be read on the way. Use an endpoint of "
                + "https.");
        }

        _region = _aws.Region;
        _patience = ClientConfiguration.TimeoutOf(job.Settings);
        _attempts = _aws.MaxAttempts ?? DefaultAttempts;
    }

    public JobArtifacts Job => _job;

    /// <summary>Sends a request, and again where that may help.</summary>
    /// <param name="operation">The operation of the API.</param>
    /// <param name="artifact">What it is about.</param>
    /// <param name="send">
    /// Sends it through a client and reads the whole answer; where it moves a body it picks up where an earlier attempt
    /// broke off. It tells the attempt of what moves.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="unclear">
    /// Told of an attempt that may have taken effect though it ended without a clear answer.
    /// </param>
    public async Task<T> SendAsync<T>(
        string operation,
        ArtifactObject artifact,
        Func<S3ClientFactory, TransferAttempt, Task<T>> send,
        CancellationToken cancellationToken,
        Action? unclear = null)
    {
        var budget = new RetryBudget(new BackOff(s_firstDelay, s_longestDelay, _chance));
        while (true)
        {
            S3ClientFactory client = await ClientAsync(artifact.BucketName, cancellationToken).ConfigureAwait(false);
            using var attempt = new TransferAttempt(_patience, _clock, cancellationToken);
            Exception failure;
            budget.Attempts++;
            budget.Total++;
            _job.Wire?.Invoke($"{operation} of {artifact.About}, attempt {budget.Total}, to {client.Endpoint}.");
            try
            {
                T result = await send(client, attempt).ConfigureAwait(false);
                _job.Wire?.Invoke($"{operation} of {artifact.About} is done.");
                return result;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // However the SDK words it, the caller asked for the end.
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
                    $"No byte came or went for {_patience.TotalSeconds:0.###} seconds.", failure);
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

    /// <summary>Returns where another attempt makes sense, after what it takes; throws where none does.</summary>
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

        if (RegionFromResponse(failure) is not AmazonServiceException answer)
        {
            _job.Wire?.Invoke($"{operation} of {artifact.About} got no answer: {failure.GetType().Name}.");
            unclear?.Invoke();
            ThirdPartyConnectionException? connection =
                ConnectionErrors.Find(operation, budget.Total, client.Endpoint, failure);

            // An answer that said yes and broke off is as good as none.
            bool passes = connection is null
                ? ConnectionErrors.Chain(failure).Any(
                    each => each is AmazonUnmarshallingException or System.Xml.XmlException)
                : connection.Fault is not (ConnectionFault.Tls or ConnectionFault.Proxy);
            string why = connection?.Message ?? ConnectionErrors.Chain(failure).Last().Message;
            if (!passes || budget.Attempts >= _attempts)
            {
                throw connection ?? (Exception)ArtifactErrors.Unexpected(operation, artifact.About, why);
            }

            await DelayAsync(operation, artifact, why, budget, cancellationToken).ConfigureAwait(false);
            return;
        }

        _job.Wire?.Invoke(
            $"{operation} of {artifact.About} answered HTTP {(int)answer.StatusCode} {answer.ErrorCode}, "
            + $"request id {answer.RequestId ?? "none"}.");
        ArtifactFault fault = ArtifactErrors.FaultOf(answer);
        if (fault is ArtifactFault.CredentialsExpired || answer.ErrorCode == "InvalidToken")
        {
            if (budget.Renewals++ == 0 && _job.RenewAsync is not null)
            {
                await _credentials.RenewAsync(client.Lease.Generation, cancellationToken).ConfigureAwait(false);
                budget.Attempts--;
                return;
            }
        }
        else if (RegionIn(answer) is string region && region != client.Region)
        {
            if (budget.Regions++ < MostRegions)
            {
                _job.Log?.Invoke($"Bucket {artifact.BucketName} is in region {region}.");
                Remember(artifact.BucketName, region);
                budget.Attempts--;
                return;
            }
        }
        else if (answer.ErrorCode is "RequestTimeTooSkewed" && budget.Clocks++ == 0)
        {
            // The SDK has taken the store's time from the answer, and signs with it from now on.
            budget.Attempts--;
            return;
        }
        else if (budget.Attempts < _attempts && IsTransient(answer, fault))
        {
            if ((int)answer.StatusCode >= 500)
            {
                unclear?.Invoke();
            }

            await DelayAsync(operation, artifact, answer.ErrorCode, budget, cancellationToken).ConfigureAwait(false);
            return;
        }

        throw ArtifactErrors.FromResponse(operation, artifact.About, answer, budget.Total, SecretsOf(client.Lease.Source));
    }

    private static bool IsTransient(AmazonServiceException answer, ArtifactFault fault) =>
        fault is ArtifactFault.Throttled or ArtifactFault.Unavailable or ArtifactFault.Damaged
        || answer.ErrorCode is "RequestTimeout" or "InternalError" or "OperationAborted" or "RequestTimeoutException";

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
            $"{operation} of {artifact.About} is tried again in {delay.TotalSeconds:0.0} seconds: {why}");
        return _clock.DelayAsync(delay, cancellationToken);
    }

    /// <summary>The store's own answer behind an exception; one that says yes and cannot be read is none.</summary>
    private static AmazonServiceException? RegionFromResponse(Exception error) =>
        ConnectionErrors.Chain(error).OfType<AmazonServiceException>().FirstOrDefault(answer =>
            (int)answer.StatusCode >= 300
            || ((int)answer.StatusCode > 0 && answer is not AmazonUnmarshallingException));

    /// <summary>Where the store says that the bucket is.</summary>
    private static string? RegionIn(AmazonServiceException answer)
    {
        if ((int)answer.StatusCode is not (301 or 307 or 400 or 403))
        {
            return null;
        }

        foreach (Amazon.Runtime.Internal.HttpErrorResponseException http in
            ConnectionErrors.Chain(answer).OfType<Amazon.Runtime.Internal.HttpErrorResponseException>())
        {
            string? header = http.Response?.GetHeaderValue("x-amz-bucket-region");
            if (header is not null && RegionNames.IsName(header))
            {
                return header;
            }
        }

        if (answer.ErrorCode is not "AuthorizationHeaderMalformed")
        {
            return null;
        }

        // "…; the region 'us-east-1' is wrong; expecting 'eu-west-1'". The SDK does not read the <Region> beside it.
        string[] words = (answer.Message ?? string.Empty).Split('\'');
        int before = Array.FindIndex(words, word => word.EndsWith("expecting ", StringComparison.Ordinal));
        string? named = before >= 0 && before + 2 < words.Length ? words[before + 1] : null;

        // It becomes part of a host name.
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
