using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>How a worker's job ended.</summary>
public sealed class JobReport
{
    /// <summary>The id of the job.</summary>
    public string JobId { get; init; } = string.Empty;

    /// <summary>The id of the customer.</summary>
    public string? ClientId { get; init; }

    /// <summary>The action type that the worker polled for.</summary>
    public ActionTypeId? ActionType { get; init; }

    /// <summary>One of <see cref="WorkerOutcomes"/>.</summary>
    public string Outcome { get; init; } = string.Empty;

    /// <summary>
    /// When the worker claimed the job. For a job that an earlier worker claimed, the time of its last journal entry.
    /// </summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The time from <see cref="StartedAt"/> until the worker was done with the job.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The failure type, if the result is a failure.</summary>
    public FailureType? FailureType { get; init; }

    /// <summary>
    /// The summary of a success, the message of a failure, or why the result was not delivered. Secrets are masked.
    /// </summary>
    public string? Message { get; init; }

    /// <summary>The id of the execution in the partner's system.</summary>
    public string? ExternalExecutionId { get; init; }

    /// <summary>Returns a copy with changed texts.</summary>
    internal JobReport With(Func<string, string> change) => new()
    {
        JobId = JobId,
        ClientId = ClientId,
        ActionType = ActionType,
        Outcome = Outcome,
        StartedAt = StartedAt,
        Duration = Duration,
        FailureType = FailureType,
        Message = Message is null ? null : change(Message),
        ExternalExecutionId = ExternalExecutionId is null ? null : change(ExternalExecutionId),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{JobId} {Outcome}";
}
