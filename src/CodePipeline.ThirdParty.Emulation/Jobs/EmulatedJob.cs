using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>
/// The state of an emulated job at one moment. It does not change any more; ask the emulator for a new one.
/// </summary>
public sealed class EmulatedJob
{
    internal EmulatedJob(JobEntry entry, Secret clientToken)
    {
        JobDefinition definition = entry.Definition;
        JobId = entry.JobId;
        ActionType = definition.ActionType;
        ClientId = definition.ClientId;
        ClientToken = clientToken;
        Status = entry.Status;
        Nonce = entry.Nonce;
        HandOutCount = entry.HandOutCount;
        ResultCount = entry.ResultCount;
        AcceptedResultCount = entry.AcceptedResultCount;
        PipelineName = definition.PipelineName;
        StageName = definition.StageName;
        ActionName = definition.ActionName;
        ActionExecutionId = definition.ActionExecutionId;
        Configuration = new JobConfiguration(definition.Configuration);
        InputArtifacts = definition.InputArtifacts;
        OutputArtifacts = definition.OutputArtifacts;
        EncryptionKeyId = definition.EncryptionKeyId;
        TimeLimit = definition.TimeLimit;
        ContinuationToken = entry.ContinuationToken;
        PreviousJobId = entry.PreviousJobId;
        NextJobId = entry.NextJobId;
        CreatedAt = entry.CreatedAt;
        AvailableAt = entry.AvailableAt;
        DispatchedAt = entry.DispatchedAt;
        AcknowledgedAt = entry.AcknowledgedAt;
        FinishedAt = entry.FinishedAt;
        Summary = entry.Result?.Summary;
        ExternalExecutionId = entry.Result?.ExternalExecutionId;
        PercentComplete = entry.Result?.PercentComplete;
        Revision = entry.Result?.Revision;
        RevisionChangeIdentifier = entry.Result?.RevisionChangeIdentifier;
        RevisionCreated = entry.Result?.RevisionCreated;
        RevisionSummary = entry.Result?.RevisionSummary;
        ContinuationTokenOut = entry.Result?.ContinuationToken;
        FailureType = entry.Result?.FailureType;
        FailureMessage = entry.Result?.FailureMessage;
    }

    /// <summary>The job's id.</summary>
    public string JobId { get; }

    /// <summary>The action type that the job can be polled for.</summary>
    public ActionTypeId ActionType { get; }

    /// <summary>The client that the job is for, which polls tell.</summary>
    public string ClientId { get; }

    /// <summary>The token of the client, which calls for the job must bring.</summary>
    public Secret ClientToken { get; }

    /// <summary>
    /// One of <see cref="JobStatus"/>: <c>Created</c> until polls see it, <c>Queued</c> while the next poll gets it.
    /// </summary>
    public string Status { get; }

    /// <summary>What the job is claimed with now. Each time it is handed out again it has another one.</summary>
    public string Nonce { get; }

    /// <summary>How many polls got the job.</summary>
    public int HandOutCount { get; }

    /// <summary>How many results came in with the right client token, the refused ones included.</summary>
    public int ResultCount { get; }

    /// <summary>How many results were taken: 1 once a job has ended by one, and never more.</summary>
    public int AcceptedResultCount { get; }

    /// <summary>The pipeline.</summary>
    public string PipelineName { get; }

    /// <summary>The stage of the pipeline.</summary>
    public string StageName { get; }

    /// <summary>The action of the stage.</summary>
    public string ActionName { get; }

    /// <summary>The id of the action's execution, the same for a job and those that continue it.</summary>
    public string ActionExecutionId { get; }

    /// <summary>The action's configuration: its keys, and a value for the asking. Its values may be secret.</summary>
    public JobConfiguration Configuration { get; }

    /// <summary>The artifacts to read.</summary>
    public IReadOnlyList<EmulatedArtifact> InputArtifacts { get; }

    /// <summary>The artifacts to write.</summary>
    public IReadOnlyList<EmulatedArtifact> OutputArtifacts { get; }

    /// <summary>The KMS key for artifacts; <see langword="null"/> for none.</summary>
    public string? EncryptionKeyId { get; }

    /// <summary>How long the job may take from its acknowledgement.</summary>
    public TimeSpan TimeLimit { get; }

    /// <summary>The continuation token that the job carries in; <see langword="null"/> for none.</summary>
    public string? ContinuationToken { get; }

    /// <summary>The job that this one continues; <see langword="null"/> for none.</summary>
    public string? PreviousJobId { get; }

    /// <summary>The job that continues this one; <see langword="null"/> for none.</summary>
    public string? NextJobId { get; }

    /// <summary>When the job was added.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>From when on polls see the job.</summary>
    public DateTimeOffset AvailableAt { get; }

    /// <summary>When a poll last got the job; <see langword="null"/> for not yet.</summary>
    public DateTimeOffset? DispatchedAt { get; }

    /// <summary>When a worker claimed the job; <see langword="null"/> for not yet.</summary>
    public DateTimeOffset? AcknowledgedAt { get; }

    /// <summary>When the job ended or ran out of time; <see langword="null"/> for not yet.</summary>
    public DateTimeOffset? FinishedAt { get; }

    /// <summary>The result's summary.</summary>
    public string? Summary { get; }

    /// <summary>The result's id of the execution in the partner's own system.</summary>
    public string? ExternalExecutionId { get; }

    /// <summary>The result's percentage of completion, 0 to 100.</summary>
    public int? PercentComplete { get; }

    /// <summary>The result's revision.</summary>
    public string? Revision { get; }

    /// <summary>The result's change identifier of the revision.</summary>
    public string? RevisionChangeIdentifier { get; }

    /// <summary>When the result's revision was made.</summary>
    public DateTimeOffset? RevisionCreated { get; }

    /// <summary>The result's summary of the revision.</summary>
    public string? RevisionSummary { get; }

    /// <summary>The continuation token that the result left for the next job.</summary>
    public string? ContinuationTokenOut { get; }

    /// <summary>Why the job failed, as the service names it; <see langword="null"/> unless it failed.</summary>
    public string? FailureType { get; }

    /// <summary>The message of the failure; <see langword="null"/> unless it failed.</summary>
    public string? FailureMessage { get; }
}
