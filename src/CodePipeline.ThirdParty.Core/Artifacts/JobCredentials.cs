using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A lease of a job's credentials.</summary>
/// <param name="Credentials">The credentials, for the SDK.</param>
/// <param name="Source">The credentials as CodePipeline returned them.</param>
/// <param name="Generation">1 for the first lease; each renewal adds 1.</param>
internal sealed record CredentialLease(AWSCredentials Credentials, ArtifactCredentials Source, int Generation);

/// <summary>
/// Leases a job's credentials. Renews them before they expire, and when the store rejects them as expired. Concurrent
/// callers share one renewal.
/// </summary>
/// <remarks>
/// A lease is immutable, so one request is always signed with one set of keys. Credentials that renew themselves inside
/// the SDK could change while it signs a request.
/// </remarks>
internal sealed class JobCredentials(JobArtifacts job, TimeProvider clock) : IDisposable
{
    /// <summary>The lifetime of the credentials.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long before expiry the credentials are renewed. Covers requests in progress and clock skew.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private CredentialLease? _current;
    private DateTimeOffset _renewAt;

    /// <summary>Returns the current lease, renewed if it is about to expire.</summary>
    public async Task<CredentialLease> GetAsync(CancellationToken cancellationToken)
    {
        CredentialLease? current = Volatile.Read(ref _current);
        if (current is not null && clock.GetUtcNow() < _renewAt)
        {
            return current;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is null && job.Credentials is ArtifactCredentials first)
            {
                SetCurrent(first, job.ReadAt);
            }

            return _current is not null && (clock.GetUtcNow() < _renewAt || job.RenewAsync is null)
                ? _current
                : await RenewAsync(required: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Renews credentials that the store rejected as expired, unless a concurrent caller has already renewed them.
    /// </summary>
    public async Task RenewAsync(int rejected, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current?.Generation == rejected)
            {
                await RenewAsync(required: true, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<CredentialLease> RenewAsync(bool required, CancellationToken cancellationToken)
    {
        if (job.RenewAsync is null)
        {
            throw MissingOrExpired();
        }

        ArtifactCredentials? renewed;
        DateTimeOffset asked = clock.GetUtcNow();
        try
        {
            job.Log?.Invoke($"Requesting new credentials for the artifacts of job {job.JobId}.");
            renewed = await job.RenewAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (required || _current is null)
            {
                throw ArtifactErrors.NotRenewed(job.JobId, error);
            }

            // Keep the current credentials. The local clock may be wrong, so let the store decide whether they expired.
            job.Log?.Invoke($"Renewing the credentials failed and will be retried: {error.Message}");
            _renewAt = clock.GetUtcNow() + s_retryDelay;
            return _current;
        }

        if (renewed is null)
        {
            throw MissingOrExpired();
        }

        return SetCurrent(renewed, asked);
    }

    private ArtifactTransferException MissingOrExpired() => _current is null
        ? ArtifactErrors.NoCredentials(job.JobId)
        : ArtifactErrors.NotRenewed(job.JobId, null);

    private CredentialLease SetCurrent(ArtifactCredentials source, DateTimeOffset readAt)
    {
        _renewAt = readAt + Life - Margin;
        var lease = new CredentialLease(
            new SessionAWSCredentials(
                source.AccessKeyId.Reveal(), source.SecretAccessKey.Reveal(), source.SessionToken.Reveal()),
            source,
            (_current?.Generation ?? 0) + 1);
        Volatile.Write(ref _current, lease);
        return lease;
    }
}
