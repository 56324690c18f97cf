using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How the claim of a job ended.</summary>
internal enum ClaimOutcome
{
    /// <summary>The job is not this worker's. The worker leaves it alone.</summary>
    NotOurs,

    /// <summary>The service confirmed the claim.</summary>
    Ours,

    /// <summary>
    /// The service did not confirm the claim, but no other worker can have the job. The job is failed and never run.
    /// </summary>
    ClaimedUnconfirmed,

    /// <summary>The worker ended before this was decided.</summary>
    Unknown,
}

/// <summary>Reads and claims one job, and decides who has it if the service's response is lost.</summary>
/// <remarks>
/// The decision rests on these facts:
/// <list type="number">
/// <item>A response of InProgress to our nonce proves that the job is ours: the service promises one worker per nonce.
/// Repeating the request with the same nonce is therefore always safe, and is done while no response comes.</item>
/// <item>A nonce that is refused at the first attempt, or another status, proves that the job is not ours.</item>
/// <item>A nonce that is refused after a response was lost proves nothing: our lost claim may have used it, or the job
/// was handed out again with another nonce. The details tell. Another nonce means another hand-out, and a job that is
/// ours is never handed out again, so the job is not ours. The same nonce within
/// <see cref="WorkerOptions.ClaimWindow"/> of the poll means that no other worker had the job, so only this worker can
/// have used the nonce: the job is ours. After the window this cannot be decided, and the job is left alone, since
/// another worker may be running it.</item>
/// <item>A nonce is never used if it was read after the window, or read again for a claim that was begun before: it
/// may belong to a later hand-out, and so to another worker.</item>
/// </list>
/// </remarks>
internal sealed class JobClaim
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private readonly WorkerContext _worker;
    private readonly JobTicket _ticket;
    private readonly Func<bool> _isFresh;

    /// <param name="worker">The worker.</param>
    /// <param name="ticket">The job.</param>
    /// <param name="isFresh">Whether the hand-out cannot have lapsed yet.</param>
    public JobClaim(WorkerContext worker, JobTicket ticket, Func<bool> isFresh)
    {
        _worker = worker;
        _ticket = ticket;
        _isFresh = isFresh;
    }

    /// <summary>The journal could not be written, so nothing can be claimed for now.</summary>
    public bool JournalFailed { get; private set; }

    private CancellationToken Stopping => _worker.Shutdown.Stopping;

    private CancellationToken CallCancellation => _worker.Shutdown.CallCancellation;

    /// <summary>Reads and claims a job that a poll returned.</summary>
    public async Task<(ClaimOutcome Outcome, IWorkerJob? Job)> ReadAndClaimAsync()
    {
        IWorkerJob? job = await ReadDetailsAsync().ConfigureAwait(false);
        if (job is null || Stopping.IsCancellationRequested)
        {
            return (ClaimOutcome.NotOurs, null);
        }

        if (!_isFresh())
        {
            Skip("Its details came so late that the service may have handed it out again. It is left alone.");
            return (ClaimOutcome.NotOurs, null);
        }

        try
        {
            await _worker.Journal.ClaimingAsync(_ticket, job.ClaimFingerprint).ConfigureAwait(false);
        }
        catch (JournalException error)
        {
            JournalFailed = true;
            Skip($"It was not claimed, since the journal cannot be written: {error.Message}", error);
            return (ClaimOutcome.NotOurs, null);
        }

        return (await ClaimAndJournalAsync(job, isResponseLost: false).ConfigureAwait(false), job);
    }

    /// <summary>Finishes a claim that an earlier worker began.</summary>
    /// <param name="fingerprint">What the earlier worker wrote down of the nonce.</param>
    public async Task<(ClaimOutcome Outcome, IWorkerJob? Job)> ResumeAsync(string? fingerprint)
    {
        (ClaimOutcome? end, IWorkerJob? job) = await NewRetryLoop().RunAsync<(ClaimOutcome?, IWorkerJob?)>(
            ReadAgainAsync, whenCancelled: () => (ClaimOutcome.Unknown, null), Stopping).ConfigureAwait(false);
        if (job is not null && job.ClaimFingerprint != fingerprint)
        {
            end = Skip("An earlier worker was claiming it when it ended. It has been handed out again since.");
        }

        if (end == ClaimOutcome.NotOurs)
        {
            await _worker.Journal.CompleteAsync(_ticket, nameof(ClaimOutcome.NotOurs)).ConfigureAwait(false);
        }

        return end is ClaimOutcome outcome
            ? (outcome, null)
            : (await ClaimAndJournalAsync(job!, isResponseLost: true).ConfigureAwait(false), job);
    }

    private async Task<Attempt<(ClaimOutcome?, IWorkerJob?)>> ReadAgainAsync()
    {
        try
        {
            return Attempt.Final<(ClaimOutcome?, IWorkerJob?)>(
                (null, await _worker.Queue.GetDetailsAsync(_ticket, Stopping).ConfigureAwait(false)));
        }
        catch (Exception) when (Stopping.IsCancellationRequested)
        {
            return Attempt.Final<(ClaimOutcome?, IWorkerJob?)>((ClaimOutcome.Unknown, null));
        }
        catch (Exception error) when (WorkerErrorPolicy.IsJobError(error))
        {
            Skip($"An earlier worker was claiming it when it ended, and it cannot be read: {error.Message}", error);
            return Attempt.Final<(ClaimOutcome?, IWorkerJob?)>((ClaimOutcome.NotOurs, null));
        }
        catch (Exception error)
        {
            _worker.Warn(_ticket, $"Job {_ticket.JobId} of the journal cannot be read yet: {error.Message}", error);
            return Attempt.Retry<(ClaimOutcome?, IWorkerJob?)>();
        }
    }

    private async Task<ClaimOutcome> ClaimAndJournalAsync(IWorkerJob job, bool isResponseLost)
    {
        using TelemetryStep step = WorkerTelemetry.Step("claim", _ticket.ActionType, _ticket);
        ClaimOutcome outcome = await ClaimAsync(job, isResponseLost).ConfigureAwait(false);
        step.SetTag("codepipeline.claim", outcome.ToString());
        if (outcome == ClaimOutcome.NotOurs)
        {
            await _worker.Journal.CompleteAsync(_ticket, nameof(ClaimOutcome.NotOurs)).ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Reads the details; <see langword="null"/> if the job is left alone.</summary>
    private Task<IWorkerJob?> ReadDetailsAsync() => NewRetryLoop().RunAsync<IWorkerJob?>(
        async () =>
        {
            try
            {
                return Attempt.Final<IWorkerJob?>(
                    await _worker.Queue.GetDetailsAsync(_ticket, Stopping).ConfigureAwait(false));
            }
            catch (Exception) when (Stopping.IsCancellationRequested)
            {
                return Attempt.Final<IWorkerJob?>(null);
            }
            catch (Exception error) when (WorkerErrorPolicy.IsJobError(error) || !_isFresh())
            {
                Skip(error.Message, error);
                return Attempt.Final<IWorkerJob?>(null);
            }
            catch (Exception)
            {
                // Without a retry the job would come back only after its lease.
                return Attempt.Retry<IWorkerJob?>();
            }
        },
        whenCancelled: () => null,
        Stopping);

    private Task<ClaimOutcome> ClaimAsync(IWorkerJob job, bool isResponseLost) => NewRetryLoop().RunAsync(
        async () =>
        {
            try
            {
                return Attempt.Final(await job.ClaimAsync(CallCancellation).ConfigureAwait(false)
                    ? ClaimOutcome.Ours
                    : Skip("Another worker has it."));
            }
            catch (Exception error)
            {
                isResponseLost |= WorkerErrorPolicy.MayHaveTakenEffect(error);
                if (error is InvalidNonceException)
                {
                    return Attempt.Final(isResponseLost
                        ? await ResolveRefusedNonceAsync(job).ConfigureAwait(false)
                        : Skip("Another worker has it."));
                }

                bool isPermanent = error is JobNotFoundException or InvalidClientTokenException or ValidationException
                    or InvalidInputException;
                bool isGivenUp = !isResponseLost && (WorkerErrorPolicy.IsJobError(error) || !_isFresh()
                    || Stopping.IsCancellationRequested);
                return isPermanent || isGivenUp
                    ? Attempt.Final(Skip($"It could not be claimed: {error.Message}", error))
                    : Attempt.Retry<ClaimOutcome>();
            }
        },
        whenCancelled: () => isResponseLost ? ReportUnknown() : ClaimOutcome.NotOurs,
        CallCancellation);

    /// <summary>Decides after a refused nonce that followed a lost response; see fact 3.</summary>
    private Task<ClaimOutcome> ResolveRefusedNonceAsync(IWorkerJob job) => NewRetryLoop().RunAsync(
        async () =>
        {
            try
            {
                if (_isFresh())
                {
                    IWorkerJob now =
                        await _worker.Queue.GetDetailsAsync(_ticket, CallCancellation).ConfigureAwait(false);
                    if (now.ClaimFingerprint != job.ClaimFingerprint)
                    {
                        return Attempt.Final(Skip("It has been handed out again, so another worker has it."));
                    }

                    if (_isFresh())
                    {
                        return Attempt.Final(ClaimOutcome.ClaimedUnconfirmed);
                    }
                }

                return Attempt.Final(Skip(
                    "The response to its claim was lost, and it is too late to find out who has it. It is left alone, "
                    + "since another worker may run it. If it is this worker's, it ends at its time limit."));
            }
            catch (Exception error) when (WorkerErrorPolicy.IsJobOver(error))
            {
                return Attempt.Final(Skip($"It is over: {error.Message}", error));
            }
            catch (Exception)
            {
                return Attempt.Retry<ClaimOutcome>();
            }
        },
        whenCancelled: ReportUnknown,
        CallCancellation);

    private RetryLoop NewRetryLoop() => _worker.NewRetryLoop(s_firstWait, s_longestWait);

    private ClaimOutcome Skip(string why, Exception? error = null)
    {
        _worker.Report(WorkerEventKind.JobSkipped, _ticket, why, error);
        return ClaimOutcome.NotOurs;
    }

    private ClaimOutcome ReportUnknown()
    {
        _worker.Warn(_ticket, $"The worker ended before it knew whether it has claimed job {_ticket.JobId}.");
        return ClaimOutcome.Unknown;
    }
}
