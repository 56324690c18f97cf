using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A job's credentials, and which ones they are: the first that came, the second, and so on.</summary>
internal sealed record CredentialLease(AWSCredentials Credentials, ArtifactCredentials Source, int Generation);

/// <summary>
/// The credentials of a job, renewed before they end and when the store takes them for ended; once, whoever asks.
/// </summary>
/// <remarks>
/// A generation never changes: a request is signed with one set of keys from its first header to its last. An object
/// that renews itself inside the SDK could change between the two.
/// </remarks>
internal sealed class JobCredentials(JobArtifacts job, TimeProvider clock) : IDisposable
{
    /// <summary>How long the service's credentials live.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>
    /// What is left of them when new ones are asked for: for requests under way, and for clocks that differ.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private CredentialLease? _current;
    private DateTimeOffset _renewAt;

    /// <summary>Credentials that are good for a while.</summary>
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
    /// The store has taken a generation for ended: the next one is got, unless somebody has got it already.
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
            job.Log?.Invoke($"Asking for new credentials for the artifacts of job {job.JobId}.");
            renewed = await job.RenewAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (required || _current is null)
            {
                throw ArtifactErrors.NotRenewed(job.JobId, error);
            }

            // What there is may live on, also where the time of day says no: somebody may have set the clock. The store
            // knows.
            job.Log?.Invoke($"New credentials could not be got yet: {error.Message}");
            _renewAt = clock.GetUtcNow() + s_again;
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
