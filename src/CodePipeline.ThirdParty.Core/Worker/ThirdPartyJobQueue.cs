using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The five operations of third-party jobs. Finds each client's token by the client id.</summary>
internal sealed class ThirdPartyJobQueue : IJobQueue
{
    private readonly ThirdPartySession _session;
    private readonly ClientTokenCache _tokens;
    private readonly TimeProvider _clock;
    private readonly CallOptions _options;

    /// <summary>Creates the queue.</summary>
    /// <param name="session">The session that makes the calls. Its token sources are the fallback.</param>
    /// <param name="tokens">The token source to ask first; <see langword="null"/> for none.</param>
    /// <param name="clock">Gives the time when details were read; <see langword="null"/> for the system clock.</param>
    /// <param name="options">The options of each call; <see langword="null"/> to report nothing.</param>
    public ThirdPartyJobQueue(
        ThirdPartySession session,
        IClientTokenSource? tokens = null,
        TimeProvider? clock = null,
        CallOptions? options = null)
    {
        _session = session;
        _tokens = new ClientTokenCache(session, tokens);
        _clock = clock ?? TimeProvider.System;
        _options = options ?? CallOptions.Quiet;
    }

    public async Task<IReadOnlyList<JobTicket>> PollAsync(
        ActionTypeId actionType, int maxBatchSize, CancellationToken cancellationToken)
    {
        IReadOnlyList<PolledJob> jobs = await _session.Client
            .PollForThirdPartyJobsAsync(actionType, maxBatchSize, _options, cancellationToken).ConfigureAwait(false);
        return jobs.Select(job => new JobTicket(job.JobId, job.ClientId, actionType)).ToArray();
    }

    public Task<IWorkerJob> GetDetailsAsync(
        JobTicket ticket, CancellationToken cancellationToken) => WithTokenAsync<IWorkerJob>(
        ticket,
        async token =>
        {
            DateTimeOffset readAt = _clock.GetUtcNow();
            JobDetailsResponse details = await DetailsAsync(ticket, token, cancellationToken).ConfigureAwait(false);
            var job = new ThirdPartyJob(
                ticket.JobId, ticket.ClientId, token, JobStatus.Dispatched, ticket.ActionType, _session);
            return new ThirdPartyQueuedJob(
                ticket,
                new ThirdPartyJobDetail(job, details),
                readAt,
                ClaimAsync,
                async stop => (await DetailsAsync(ticket, token, stop).ConfigureAwait(false)).ArtifactCredentials,
                _options.Wire);
        },
        cancellationToken);

    public Task SucceedAsync(
        JobTicket ticket, SuccessResult result, CancellationToken cancellationToken) => WithTokenAsync(
        ticket,
        async token =>
        {
            await _session.Client.PutThirdPartyJobSuccessResultAsync(
                ticket.JobId, token, result, _options, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    public Task FailAsync(
        JobTicket ticket, FailureResult result, CancellationToken cancellationToken) => WithTokenAsync(
        ticket,
        async token =>
        {
            await _session.Client.PutThirdPartyJobFailureResultAsync(
                ticket.JobId, token, result, _options, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private Task<JobDetailsResponse> DetailsAsync(
        JobTicket ticket, Secret token, CancellationToken cancellationToken) =>
        _session.Client.GetThirdPartyJobDetailsAsync(ticket.JobId, token, _options, cancellationToken);

    private async Task<bool> ClaimAsync(ThirdPartyJobDetail detail, CancellationToken cancellationToken)
    {
        try
        {
            string status = await _session.Client.AcknowledgeThirdPartyJobAsync(
                detail.JobId, detail.Nonce ?? string.Empty, detail.ClientToken!, _options, cancellationToken)
                .ConfigureAwait(false);
            return status == JobStatus.InProgress;
        }
        catch (InvalidNonceException refused) when (!refused.Error.ResponseLost)
        {
            return false;
        }
    }

    /// <summary>
    /// Makes a call with the client's token. If the service refuses a cached token, which the customer may have changed
    /// since, looks the token up again and retries once.
    /// </summary>
    private async Task<T> WithTokenAsync<T>(
        JobTicket ticket, Func<Secret, Task<T>> call, CancellationToken cancellationToken)
    {
        (Secret token, bool cached) = await _tokens.FindAsync(ticket, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(token).ConfigureAwait(false);
        }
        catch (InvalidClientTokenException)
        {
            _tokens.Drop(ticket, token);
            if (!cached)
            {
                throw;
            }
        }

        (Secret fresh, _) = await _tokens.FindAsync(ticket, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(fresh).ConfigureAwait(false);
        }
        catch (InvalidClientTokenException)
        {
            _tokens.Drop(ticket, fresh);
            throw;
        }
    }
}
