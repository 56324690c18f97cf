using System;
using System.Diagnostics;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How the claim of a job ended.</summary>
internal enum ClaimEnd
{
    /// <summary>Not ours; nothing is done with it.</summary>
    NotOurs,

    /// <summary>Ours, and the service said so.</summary>
    Ours,

    /// <summary>
    /// Ours, though the service did not say so: nobody else can have it. Nothing is run; it is failed.
    /// </summary>
    OursUnsaid,

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
    public async Task<(ClaimEnd End, IWorkerJob? Job)> TakeAsync()
    {
        IWorkerJob? job = await OpenAsync().ConfigureAwait(false);
        if (job is null || _worker.Stop.Stopping.IsCancellationRequested)
        {
            return (ClaimEnd.NotOurs, null);
        }

        if (!_isFresh())
        {
            Skip("Its details came so late that it may have been handed out again. It is left alone.");
            return (ClaimEnd.NotOurs, null);
        }

        try
        {
            await _worker.Journal.ClaimingAsync(_ticket, job.ClaimMark).ConfigureAwait(false);
        }
        catch (JournalException error)
        {
            JournalFailed = true;
            Skip($"It was not claimed, as the journal cannot be written: {error.Message}", error);
            return (ClaimEnd.NotOurs, null);
        }

        return (await ClaimAndNoteAsync(job).ConfigureAwait(false), job);
    }

    /// <summary>Takes up the claim that an earlier worker had begun, with what it wrote down of the nonce.</summary>
    public async Task<(ClaimEnd End, IWorkerJob? Job)> RetakeAsync(string? mark)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            IWorkerJob job;
            try
            {
                job = await _worker.Queue.OpenAsync(_ticket, _worker.Stop.Stopping).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (_worker.Stop.Stopping.IsCancellationRequested)
                {
                    return (ClaimEnd.Unknown, null);
                }

                if (ErrorFacts.IsOfTheJob(error))
                {
                    Skip(
                        $"An earlier worker was claiming it when it ended, and it cannot be read: {error.Message}",
                        error);
                    _worker.Journal.Done(_ticket, nameof(ClaimEnd.NotOurs));
                    return (ClaimEnd.NotOurs, null);
                }

                _worker.Warn(_ticket, $"Job {_ticket.JobId} of the journal cannot be read yet: {error.Message}", error);
                await _worker.WaitAsync(backOff.Next(), _worker.Stop.Stopping).ConfigureAwait(false);
                continue;
            }

            if (job.ClaimMark != mark)
            {
                Skip("An earlier worker was claiming it when it ended; it has been handed out again since.");
                _worker.Journal.Done(_ticket, nameof(ClaimEnd.NotOurs));
                return (ClaimEnd.NotOurs, null);
            }

            return (await ClaimAndNoteAsync(job, lost: true).ConfigureAwait(false), job);
        }
    }

    private async Task<ClaimEnd> ClaimAndNoteAsync(IWorkerJob job, bool lost = false)
    {
        using TelemetryStep step = WorkerTelemetry.Step("claim", _ticket.ActionType, _ticket);
        ClaimEnd end = await ClaimAsync(job, lost).ConfigureAwait(false);
        step.SetTag("codepipeline.claim", end.ToString());
        if (end == ClaimEnd.NotOurs)
        {
            _worker.Journal.Done(_ticket, nameof(ClaimEnd.NotOurs));
        }

        return end;
    }

    /// <summary>Details; <see langword="null"/> where the job is left alone.</summary>
    private async Task<IWorkerJob?> OpenAsync()
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            try
            {
                return await _worker.Queue.OpenAsync(_ticket, _worker.Stop.Stopping).ConfigureAwait(false);
            }
            catch (Exception) when (_worker.Stop.Stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error) when (ErrorFacts.IsOfTheJob(error) || !_isFresh())
            {
                Skip(error.Message, error);
                return null;
            }
            catch (Exception)
            {
                // Asked again: unclaimed, it would come back only after its lease.
            }

            await _worker.WaitAsync(backOff.Next(), _worker.Stop.Stopping).ConfigureAwait(false);
        }
    }

    private async Task<ClaimEnd> ClaimAsync(IWorkerJob job, bool lost)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (true)
        {
            try
            {
                if (await _worker.Queue.ClaimAsync(job, _worker.Stop.CallsEnd).ConfigureAwait(false))
                {
                    return ClaimEnd.Ours;
                }

                return Skip("Another worker has it.");
            }
            catch (Exception error)
            {
                lost |= ErrorFacts.MayHaveTakenEffect(error);
                if (error is InvalidNonceException)
                {
                    return lost ? await SettleAsync(job).ConfigureAwait(false) : Skip("Another worker has it.");
                }

                bool never = error is JobNotFoundException or InvalidClientTokenException or ValidationException
                    or InvalidInputException;
                bool enough = !lost && (ErrorFacts.IsOfTheJob(error) || !_isFresh()
                    || _worker.Stop.Stopping.IsCancellationRequested);
                if (never || enough)
                {
                    return Skip($"It could not be claimed: {error.Message}", error);
                }
            }

            if (!await _worker.WaitAsync(backOff.Next(), _worker.Stop.CallsEnd).ConfigureAwait(false))
            {
                return lost ? Left() : ClaimEnd.NotOurs;
            }
        }
    }

    /// <summary>The nonce was refused after an answer got lost; see (3).</summary>
    private async Task<ClaimEnd> SettleAsync(IWorkerJob job)
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        while (_isFresh())
        {
            try
            {
                IWorkerJob now = await _worker.Queue.OpenAsync(_ticket, _worker.Stop.CallsEnd).ConfigureAwait(false);
                if (now.ClaimMark != job.ClaimMark)
                {
                    return Skip("It has been handed out again, so that another worker has it.");
                }

                if (_isFresh())
                {
                    return ClaimEnd.OursUnsaid;
                }
            }
            catch (Exception error) when (ErrorFacts.IsOver(error))
            {
                return Skip($"It is over: {error.Message}", error);
            }
            catch (Exception)
            {
                if (!await _worker.WaitAsync(backOff.Next(), _worker.Stop.CallsEnd).ConfigureAwait(false))
                {
                    return Left();
                }
            }
        }

        return Skip(
            "The answer to its claim got lost, and whether it is ours cannot be told any more. It is left alone, as "
            + "another worker may run it; if it is ours, it ends at its time limit.");
    }

    private ClaimEnd Skip(string why, Exception? error = null)
    {
        _worker.Report(WorkerEventKind.JobSkipped, _ticket, why, error);
        return ClaimEnd.NotOurs;
    }

    private ClaimEnd Left()
    {
        _worker.Warn(_ticket, $"The worker ended before it could be told whether job {_ticket.JobId} is claimed.");
        return ClaimEnd.Unknown;
    }
}
