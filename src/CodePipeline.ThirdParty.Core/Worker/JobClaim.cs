using System;
using System.Diagnostics;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How the claim of a job ended.</summary>
internal enum ClaimOutcome
{
    /// <summary>Not ours; nothing is done with it.</summary>
    NotOurs,

    /// <summary>Ours, and the service said so.</summary>
    Ours,

    /// <summary>
    /// Ours, though the service did not say so: nobody else can have it. Nothing is run; it is failed.
    /// </summary>
    ClaimedUnconfirmed,

    /// <summary>The worker ended before it could be told.</summary>
    Unknown,
}

/// <summary>Reads and claims one job, and decides whose it is where the service's answer got lost.</summary>
/// <remarks>
/// What the decision rests on. (1) An answer of InProgress to our nonce proves that the job is ours: the service
/// promises one worker per nonce, so a second worker would get something else. Asking again with the same nonce is
/// therefore always safe, and is what is done while no answer comes. (2) A nonce that is refused at the first asking,
/// or another status, proves that the job is not ours. (3) A nonce that is refused after an answer got lost proves
/// nothing: our lost claim may have used it up, or the job was handed out again, with another nonce. Details tell:
/// another nonce now is another hand-out, and a job that is ours is never handed out again, so it is not ours. The same
/// nonce within <see cref="WorkerOptions.ClaimWindow"/> of the poll means that the job was handed out to nobody but us,
/// so that nobody but us can have used it up: it is ours. Later than that it cannot be told, and the job is left alone:
/// another worker may be running it. (4) A nonce is never used that was read later than the window after our own poll,
/// nor one read anew for a claim that was begun before: it may be that of a later hand-out, and so another worker's.
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

    /// <summary>Nothing can be claimed since the journal cannot be written.</summary>
    public bool JournalFailed { get; private set; }

    /// <summary>Takes a job that a poll handed out.</summary>
    public async Task<(ClaimOutcome End, IWorkerJob? Job)> ReadAndClaimAsync()
    {
        IWorkerJob? job = await ReadDetailsAsync().ConfigureAwait(false);
        if (job is null || _worker.Shutdown.Stopping.IsCancellationRequested)
        {
            return (ClaimOutcome.NotOurs, null);
        }

        if (!_isFresh())
        {
            Skip("Its details came so late that it may have been handed out again. It is left alone.");
            return (ClaimOutcome.NotOurs, null);
        }

        try
        {
            await _worker.Journal.ClaimingAsync(_ticket, job.ClaimFingerprint).ConfigureAwait(false);
        }
        catch (JournalException error)
        {
            JournalFailed = true;
            Skip($"It was not claimed, as the journal cannot be written: {error.Message}", error);
            return (ClaimOutcome.NotOurs, null);
        }

        return (await ClaimAndJournalAsync(job).ConfigureAwait(false), job);
    }

    /// <summary>Takes up the claim that an earlier worker had begun, with what it wrote down of the nonce.</summary>
    public async Task<(ClaimOutcome End, IWorkerJob? Job)> ResumeAsync(string? mark)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            IWorkerJob job;
            try
            {
                job = await _worker.Queue.GetDetailsAsync(_ticket, _worker.Shutdown.Stopping).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (_worker.Shutdown.Stopping.IsCancellationRequested)
                {
                    return (ClaimOutcome.Unknown, null);
                }

                if (WorkerErrorPolicy.IsJobError(error))
                {
                    Skip(
                        $"An earlier worker was claiming it when it ended, and it cannot be read: {error.Message}",
                        error);
                    _worker.Journal.Complete(_ticket, nameof(ClaimOutcome.NotOurs));
                    return (ClaimOutcome.NotOurs, null);
                }

                _worker.Warn(_ticket, $"Job {_ticket.JobId} of the journal cannot be read yet: {error.Message}", error);
                await _worker.WaitAsync(backOff.Next(), _worker.Shutdown.Stopping).ConfigureAwait(false);
                continue;
            }

            if (job.ClaimFingerprint != mark)
            {
                Skip("An earlier worker was claiming it when it ended; it has been handed out again since.");
                _worker.Journal.Complete(_ticket, nameof(ClaimOutcome.NotOurs));
                return (ClaimOutcome.NotOurs, null);
            }

            return (await ClaimAndJournalAsync(job, lost: true).ConfigureAwait(false), job);
        }
    }

    private async Task<ClaimOutcome> ClaimAndJournalAsync(IWorkerJob job, bool lost = false)
    {
        using TelemetryStep step = WorkerTelemetry.Step("claim", _ticket.ActionType, _ticket);
        ClaimOutcome end = await ClaimAsync(job, lost).ConfigureAwait(false);
        step.SetTag("codepipeline.claim", end.ToString());
        if (end == ClaimOutcome.NotOurs)
        {
            _worker.Journal.Complete(_ticket, nameof(ClaimOutcome.NotOurs));
        }

        return end;
    }

    /// <summary>Details; <see langword="null"/> where the job is left alone.</summary>
    private async Task<IWorkerJob?> ReadDetailsAsync()
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            try
            {
                return await _worker.Queue.GetDetailsAsync(_ticket, _worker.Shutdown.Stopping).ConfigureAwait(false);
            }
            catch (Exception) when (_worker.Shutdown.Stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error) when (WorkerErrorPolicy.IsJobError(error) || !_isFresh())
            {
                Skip(error.Message, error);
                return null;
            }
            catch (Exception)
            {
                // Asked again: unclaimed, it would come back only after its lease.
            }

            await _worker.WaitAsync(backOff.Next(), _worker.Shutdown.Stopping).ConfigureAwait(false);
        }
    }

    private async Task<ClaimOutcome> ClaimAsync(IWorkerJob job, bool lost)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            try
            {
                if (await _worker.Queue.ClaimAsync(job, _worker.Shutdown.CallCancellation).ConfigureAwait(false))
                {
                    return ClaimOutcome.Ours;
                }

                return Skip("Another worker has it.");
            }
            catch (Exception error)
            {
                lost |= WorkerErrorPolicy.MayHaveTakenEffect(error);
                if (error is InvalidNonceException)
                {
                    return lost ? await ResolveRefusedNonceAsync(job).ConfigureAwait(false) : Skip("Another worker has it.");
                }

                bool never = error is JobNotFoundException or InvalidClientTokenException or ValidationException
                    or InvalidInputException;
                bool enough = !lost && (WorkerErrorPolicy.IsJobError(error) || !_isFresh()
                    || _worker.Shutdown.Stopping.IsCancellationRequested);
                if (never || enough)
                {
                    return Skip($"It could not be claimed: {error.Message}", error);
                }
            }

            if (!await _worker.WaitAsync(backOff.Next(), _worker.Shutdown.CallCancellation).ConfigureAwait(false))
            {
                return lost ? ReportUnknown() : ClaimOutcome.NotOurs;
            }
        }
    }

    /// <summary>The nonce was refused after an answer got lost; see (3).</summary>
    private async Task<ClaimOutcome> ResolveRefusedNonceAsync(IWorkerJob job)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (_isFresh())
        {
            try
            {
                IWorkerJob now = await _worker.Queue.GetDetailsAsync(_ticket, _worker.Shutdown.CallCancellation).ConfigureAwait(false);
                if (now.ClaimFingerprint != job.ClaimFingerprint)
                {
                    return Skip("It has been handed out again, so that another worker has it.");
                }

                if (_isFresh())
                {
                    return ClaimOutcome.ClaimedUnconfirmed;
                }
            }
            catch (Exception error) when (WorkerErrorPolicy.IsJobOver(error))
            {
                return Skip($"It is over: {error.Message}", error);
            }
            catch (Exception)
            {
                if (!await _worker.WaitAsync(backOff.Next(), _worker.Shutdown.CallCancellation).ConfigureAwait(false))
                {
                    return ReportUnknown();
                }
            }
        }

        return Skip(
            "The answer to its claim got lost, and whether it is ours cannot be told any more. It is left alone, as "
            + "another worker may run it; if it is ours, it ends at its time limit.");
    }

    private ClaimOutcome Skip(string why, Exception? error = null)
    {
        _worker.Report(WorkerEventKind.JobSkipped, _ticket, why, error);
        return ClaimOutcome.NotOurs;
    }

    private ClaimOutcome ReportUnknown()
    {
        _worker.Warn(_ticket, $"The worker ended before it could be told whether job {_ticket.JobId} is claimed.");
        return ClaimOutcome.Unknown;
    }
}
