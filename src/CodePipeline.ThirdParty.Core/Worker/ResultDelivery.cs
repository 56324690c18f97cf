using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Sessions;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Sends one result until the service accepts it, or says that the job is over.</summary>
internal sealed class ResultDelivery
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly WorkerContext _worker;
    private readonly JobTicket _ticket;
    private readonly RetryLoop _retries;

    // An earlier attempt, or an earlier worker, may have delivered it.
    private bool _maybeTaken;
    private bool _isMinimal;

    public ResultDelivery(WorkerContext worker, JobTicket ticket, ThirdPartyJobOutcome outcome, bool maybeTaken)
    {
        _worker = worker;
        _ticket = ticket;
        _retries = worker.NewRetryLoop(s_firstWait, s_longestWait);
        _maybeTaken = maybeTaken;
        Sent = outcome;
    }

    /// <summary>What was sent in the end.</summary>
    public ThirdPartyJobOutcome Sent { get; private set; }

    /// <summary>Why the result was not delivered; <see langword="null"/> if it was.</summary>
    public string? Problem { get; private set; }

    private CancellationToken CallCancellation => _worker.Shutdown.CallCancellation;

    /// <summary>Sends the result. Returns how the job ended, one of <see cref="WorkerOutcomes"/>.</summary>
    public async Task<string> SendAsync()
    {
        using TelemetryStep step = WorkerTelemetry.Step("result", _ticket.ActionType, _ticket);
        step.SetTag("codepipeline.outcome", Sent.Outcome);
        return await _retries.RunAsync(TrySendAsync, whenCancelled: NotDeliveredInTime, CallCancellation)
            .ConfigureAwait(false);
    }

    private async Task<Attempt<string>> TrySendAsync()
    {
        try
        {
            await (Sent.Failure is FailureResult failure
                ? _worker.Queue.FailAsync(_ticket, failure, CallCancellation)
                : _worker.Queue.SucceedAsync(_ticket, Sent.Success!, CallCancellation)).ConfigureAwait(false);
            return Attempt.Final(Sent.Outcome);
        }
        catch (Exception error)
        {
            if (CallCancellation.IsCancellationRequested)
            {
                return Attempt.Final(NotDeliveredInTime());
            }

            // Without a request id, the response came from something that hardly passed the result on.
            _maybeTaken |= WorkerErrorPolicy.MayHaveTakenEffect(error)
                && error is not UnexpectedResponseException { Error.RequestId: null };
            return AfterFailure(error);
        }
    }

    private Attempt<string> AfterFailure(Exception error)
    {
        switch (error)
        {
            case InvalidJobStateException when _maybeTaken:
                return Attempt.Final(Sent.Outcome);
            case InvalidJobStateException or JobNotFoundException or InvalidClientTokenException:
                return Attempt.Final(Abandoned(error));
            case ClientTokenNotFoundException:
                // Kept in the journal: the next worker may know the token.
                return Attempt.Final(NotDelivered($"Its result cannot be delivered: {error.Message}", error));
            case ValidationException or InvalidInputException when _isMinimal:
                return Attempt.Final(Abandoned(error));
            case ValidationException or InvalidInputException:
                _isMinimal = true;
                Sent = Minimal();
                _worker.Warn(
                    _ticket,
                    $"The service refused the result. It is sent again without its optional members: {error.Message}",
                    error);
                return Attempt.Retry<string>(TimeSpan.Zero);
        }

        TimeSpan wait = _retries.NextWait();
        WorkerTelemetry.ResultDelayed(_ticket, error);
        _worker.Report(
            WorkerEventKind.ResultDelayed,
            _ticket,
            $"The result could not be delivered. The next attempt is in {wait.TotalSeconds:0.#} s. {error.Message}",
            error);
        return Attempt.Retry<string>(wait);
    }

    /// <summary>The same outcome without optional members. A continuation token is not optional.</summary>
    private ThirdPartyJobOutcome Minimal() => Sent.Failure is FailureResult failure
        ? ThirdPartyJobOutcome.From(new FailureResult(failure.Type, "The job failed.", ExternalExecutionId: null))
        : ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = Sent.ContinuationToken });

    private string Abandoned(Exception error)
    {
        Problem = error.Message;
        _worker.Warn(_ticket, $"The service did not accept the result of job {_ticket.JobId}: {error.Message}", error);
        return WorkerOutcomes.Abandoned;
    }

    private string NotDeliveredInTime() => NotDelivered("The worker ended before its result could be delivered.");

    private string NotDelivered(string why, Exception? error = null)
    {
        Problem = why;
        _worker.Warn(_ticket, $"Job {_ticket.JobId}: {why}", error);
        return WorkerOutcomes.Undelivered;
    }
}
