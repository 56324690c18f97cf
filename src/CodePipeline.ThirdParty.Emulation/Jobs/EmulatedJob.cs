using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>
/// A snapshot of an emulated job. Call <see cref="ThirdPartyEmulator.FindJob"/> for the current state.
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

    /// <summary>The action type; polls for this type return the job.</summary>
    public ActionTypeId ActionType { get; }

    /// <summary>The id of the client that owns the job. Polls return it.</summary>
    public string ClientId { get; }

    /// <summary>The client token, which requests for the job must contain.</summary>
    public Secret ClientToken { get; }

    /// <summary>
    /// A value of <see cref="JobStatus"/>: <c>Created</c> until the job is available, then <c>Queued</c> until a poll
    /// returns it.
    /// </summary>
    public string Status { get; }

    /// <summary>The nonce that currently claims the job. It changes each time polls return the job again.</summary>
    public string Nonce { get; }

    /// <summary>The number of polls that returned the job.</summary>
    public int HandOutCount { get; }

    /// <summary>The number of results with the correct client token, including rejected ones.</summary>
    public int ResultCount { get; }

    /// <summary>The number of accepted results: 0 or 1.</summary>
    public int AcceptedResultCount { get; }

    /// <summary>The pipeline.</summary>
    public string PipelineName { get; }

    /// <summary>The stage of the pipeline.</summary>
    public string StageName { get; }

    /// <summary>The action of the stage.</summary>
    public string ActionName { get; }

    /// <summary>The id of the action execution; the same for a job and the jobs that continue it.</summary>
    public string ActionExecutionId { get; }

    /// <summary>The action configuration. Its values may be secret.</summary>
    public JobConfiguration Configuration { get; }

    /// <summary>The input artifacts.</summary>
    public IReadOnlyList<EmulatedArtifact> InputArtifacts { get; }

    /// <summary>The output artifacts.</summary>
    public IReadOnlyList<EmulatedArtifact> OutputArtifacts { get; }

    /// <summary>The KMS key for artifacts; <see langword="null"/> for none.</summary>
    public string? EncryptionKeyId { get; }

    /// <summary>How long the job may run after its acknowledgement.</summary>
    public TimeSpan TimeLimit { get; }

    /// <summary>The continuation token of the job; <see langword="null"/> for none.</summary>
    public string? ContinuationToken { get; }

    /// <summary>The job that this one continues; <see langword="null"/> for none.</summary>
    public string? PreviousJobId { get; }

    /// <summary>The job that continues this one; <see langword="null"/> for none.</summary>
    public string? NextJobId { get; }

    /// <summary>When the job was added.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The earliest time at which polls return the job.</summary>
    public DateTimeOffset AvailableAt { get; }

    /// <summary>When a poll last returned the job; <see langword="null"/> if none has.</summary>
    public DateTimeOffset? DispatchedAt { get; }

    /// <summary>When a worker claimed the job; <see langword="null"/> if none has.</summary>
    public DateTimeOffset? AcknowledgedAt { get; }

    /// <summary>When the job ended or timed out; <see langword="null"/> if it has not.</summary>
    public DateTimeOffset? FinishedAt { get; }

    /// <summary>The summary in the result.</summary>
    public string? Summary { get; }

    /// <summary>The external execution id in the result: the id in the partner's system.</summary>
    public string? ExternalExecutionId { get; }

    /// <summary>The percentage of completion in the result, 0 to 100.</summary>
    public int? PercentComplete { get; }

    /// <summary>The revision in the result.</summary>
    public string? Revision { get; }

    /// <summary>The change identifier of the revision in the result.</summary>
    public string? RevisionChangeIdentifier { get; }

    /// <summary>When the revision in the result was created.</summary>
    public DateTimeOffset? RevisionCreated { get; }

    /// <summary>The summary of the revision in the result.</summary>
    public string? RevisionSummary { get; }

    /// <summary>The continuation token in the result, which the next job receives.</summary>
    public string? ContinuationTokenOut { get; }

    /// <summary>The failure type in the result; <see langword="null"/> unless the job failed.</summary>
    public string? FailureType { get; }

    /// <summary>The failure message in the result; <see langword="null"/> unless the job failed.</summary>
    public string? FailureMessage { get; }
}
