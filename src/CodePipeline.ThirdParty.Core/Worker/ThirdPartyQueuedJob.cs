using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A third-party job whose details have been read.</summary>
internal sealed class ThirdPartyQueuedJob : IWorkerJob
{
    private readonly ConcurrentQueue<Secret> _secrets = new();
    private readonly Func<ThirdPartyJobDetail, CancellationToken, Task<bool>> _claim;

    public ThirdPartyQueuedJob(
        JobTicket ticket,
        ThirdPartyJobDetail detail,
        DateTimeOffset readAt,
        Func<ThirdPartyJobDetail, CancellationToken, Task<bool>> claim,
        Func<CancellationToken, Task<ArtifactCredentials?>> renew,
        Action<string>? wire = null)
    {
        _claim = claim;
        Ticket = ticket;
        Detail = detail;
        ClaimFingerprint = SafeFileName.Hash($"{detail.JobId}\n{detail.Nonce}");
        if (detail.ClientToken is Secret token)
        {
            _secrets.Enqueue(token);
        }

        Keep(detail.ArtifactCredentials);
        Artifacts = new JobArtifacts
        {
            JobId = detail.JobId,
            Inputs = detail.InputArtifacts,
            Outputs = detail.OutputArtifacts,
            Credentials = detail.ArtifactCredentials,
            ReadAt = readAt,
            RenewAsync = async stop => Keep(await renew(stop).ConfigureAwait(false)),
            EncryptionKey = detail.EncryptionKey,
            Settings = detail.Session?.Settings ?? new(),
            Wire = wire,
        };
    }

    public JobTicket Ticket { get; }

    public ThirdPartyJobDetail Detail { get; }

    public JobConfiguration Configuration => Detail.Configuration;

    public JobArtifacts Artifacts { get; }

    public string ClaimFingerprint { get; }

    public IReadOnlyCollection<Secret> Secrets => _secrets;

    public Task<bool> ClaimAsync(CancellationToken cancellationToken) => _claim(Detail, cancellationToken);

    public ThirdPartyJob ToHandlerJob(JobDirectory folders) => new ThirdPartyWorkerJob(Detail, folders);

    private ArtifactCredentials? Keep(ArtifactCredentials? credentials)
    {
        if (credentials is not null)
        {
            _secrets.Enqueue(credentials.SecretAccessKey);
            _secrets.Enqueue(credentials.SessionToken);
            _secrets.Enqueue(credentials.AccessKeyId);
        }

        return credentials;
    }
}
