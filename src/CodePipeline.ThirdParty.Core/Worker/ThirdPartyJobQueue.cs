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

/// <summary>Third-party jobs: the five operations, with each client's token found by its id.</summary>
internal sealed class ThirdPartyJobQueue : IJobQueue
{
    private readonly ThirdPartySession _session;
    private readonly ClientTokenCache _tokens;
    private readonly TimeProvider _clock;
    private readonly CallOptions _options;

    /// <summary>Creates the queue.</summary>
    /// <param name="session">
    /// How calls are made, and where tokens are looked up after <paramref name="tokens"/>.
    /// </param>
    /// <param name="tokens">The token source of the worker itself; asked first.</param>
    /// <param name="clock">Tells when details were read.</param>
    /// <param name="options">What each call reports.</param>
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

    private Task<JobDetailsResponse> DetailsAsync(JobTicket ticket, Secret token, CancellationToken cancellationToken) =>
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
    /// Calls with the client's token; a refused one is looked up anew, as it may have been changed meanwhile.
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
