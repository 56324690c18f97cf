using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>What a worker made of one job.</summary>
public sealed class JobReport
{
    /// <summary>The id of the job.</summary>
    public string JobId { get; init; } = string.Empty;

    /// <summary>The customer.</summary>
    public string? ClientId { get; init; }

    /// <summary>The action type that it was polled for.</summary>
    public ActionTypeId? ActionType { get; init; }

    /// <summary>One of <see cref="WorkerOutcomes"/>.</summary>
    public string Outcome { get; init; } = string.Empty;

    /// <summary>When the job was claimed.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>From the claim until the service had the result.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why the job failed.</summary>
    public FailureType? FailureType { get; init; }

    /// <summary>What was reported: the summary of a success, the message of a failure. Secrets masked.</summary>
    public string? Message { get; init; }

    /// <summary>The id of the execution in the partner's system.</summary>
    public string? ExternalExecutionId { get; init; }

    /// <summary>The same with other texts of the job.</summary>
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
