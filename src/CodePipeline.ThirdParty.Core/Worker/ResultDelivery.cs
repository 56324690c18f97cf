using System;
using System.Diagnostics;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Tokens;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Sends one result until the service takes it, or says that the job is over.</summary>
internal sealed class ResultDelivery
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly WorkerContext _worker;
    private readonly JobTicket _ticket;

    // An earlier attempt, or an earlier worker, may have delivered it.
    private bool _maybeTaken;
    private ThirdPartyJobOutcome _report;

    public ResultDelivery(WorkerContext worker, JobTicket ticket, ThirdPartyJobOutcome report, bool maybeTaken)
    {
        _worker = worker;
        _ticket = ticket;
        _report = report;
        _maybeTaken = maybeTaken;
    }

    /// <summary>What was sent in the end.</summary>
    public ThirdPartyJobOutcome Report => _report;

    /// <summary>Why it was not delivered, if it was not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Gives how the job ended; one of <see cref="WorkerOutcomes"/>.</summary>
    public async Task<string> SendAsync()
    {
        var backOff = new BackOff(s_firstWait, s_longestWait, _worker.Random);
        bool isBare = false;
        using TelemetryStep step = WorkerTelemetry.Step("result", _ticket.ActionType, _ticket);
        step.SetTag("codepipeline.outcome", _report.Outcome);
        while (true)
        {
            TimeSpan wait;
            try
            {
                if (_report.Failure is FailureResult failure)
                {
                    await _worker.Queue.FailAsync(_ticket, failure, _worker.Shutdown.CallCancellation).ConfigureAwait(false);
                }
                else
                {
                    await _worker.Queue.SucceedAsync(_ticket, _report.Success!, _worker.Shutdown.CallCancellation)
                        .ConfigureAwait(false);
                }

                return _report.Outcome;
            }
            catch (Exception error)
            {
                if (_worker.Shutdown.CallCancellation.IsCancellationRequested)
                {
                    return NotDelivered("The worker ended before its result could be delivered.");
                }

                // A response without a request id came from something that has hardly passed the result on.
                _maybeTaken |= WorkerErrorPolicy.MayHaveTakenEffect(error)
                    && error is not UnexpectedResponseException { Error.RequestId: null };
                switch (error)
                {
                    case InvalidJobStateException when _maybeTaken:
                        return _report.Outcome;
                    case InvalidJobStateException or JobNotFoundException or InvalidClientTokenException:
                        return Over(error);
                    case ClientTokenNotFoundException:
                        // Kept in the journal: the next worker may know the token.
                        return NotDelivered($"Its result cannot be delivered: {error.Message}", error);
                    case ValidationException or InvalidInputException when isBare:
                        return Over(error);
                    case ValidationException or InvalidInputException:
                        isBare = true;
                        _report = Bare();
                        _worker.Warn(
                            _ticket, $"The result was refused, and is sent without its extras: {error.Message}", error);
                        continue;
                }

                wait = backOff.Next();
                WorkerTelemetry.ResultDelayed(_ticket, error);
                _worker.Report(
                    WorkerEventKind.ResultDelayed,
                    _ticket,
                    $"The result could not be delivered, and is tried again in {wait.TotalSeconds:0.#} s: "
                    + error.Message,
                    error);
            }

            if (!await _worker.WaitAsync(wait, _worker.Shutdown.CallCancellation).ConfigureAwait(false))
            {
                return NotDelivered("The worker ended before its result could be delivered.");
            }
        }
    }

    /// <summary>The same end of the job in the fewest words; a continuation token is no extra.</summary>
    private ThirdPartyJobOutcome Bare() => _report.Failure is FailureResult failure
        ? ThirdPartyJobOutcome.From(new FailureResult(failure.Type, "The job failed.", ExternalExecutionId: null))
        : ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = _report.ContinuationToken });

    private string Over(Exception error)
    {
        Problem = error.Message;
        _worker.Warn(_ticket, $"The result of job {_ticket.JobId} was not taken: {error.Message}", error);
        return WorkerOutcomes.Abandoned;
    }

    private string NotDelivered(string why, Exception? error = null)
    {
        Problem = why;
        _worker.Warn(_ticket, $"Job {_ticket.JobId}: {why}", error);
        return WorkerOutcomes.Undelivered;
    }
}
