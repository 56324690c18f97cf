using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty;

/// <summary>
/// The response of GetThirdPartyJobDetails. Members that the service left out are empty or <see langword="null"/>.
/// </summary>
public sealed class JobDetailsResponse
{
    /// <summary><c>id</c></summary>
    public string? Id { get; init; }

    /// <summary><c>nonce</c>, which claims the job.</summary>
    public string? Nonce { get; init; }

    /// <summary><c>data.actionTypeId</c></summary>
    public ActionTypeId? ActionType { get; init; }

    /// <summary><c>data.actionConfiguration.configuration</c></summary>
    public JobConfiguration Configuration { get; init; } = JobConfiguration.Empty;

    /// <summary><c>data.pipelineContext.pipelineName</c></summary>
    public string? PipelineName { get; init; }

    /// <summary><c>data.pipelineContext.stage.name</c></summary>
    public string? StageName { get; init; }

    /// <summary><c>data.pipelineContext.action.name</c></summary>
    public string? ActionName { get; init; }

    /// <summary><c>data.pipelineContext.action.actionExecutionId</c></summary>
    public string? ActionExecutionId { get; init; }

    /// <summary><c>data.pipelineContext.pipelineArn</c></summary>
    public string? PipelineArn { get; init; }

    /// <summary><c>data.pipelineContext.pipelineExecutionId</c></summary>
    public string? PipelineExecutionId { get; init; }

    /// <summary><c>data.inputArtifacts</c></summary>
    public IReadOnlyList<JobArtifact> InputArtifacts { get; init; } = Array.Empty<JobArtifact>();

    /// <summary><c>data.outputArtifacts</c></summary>
    public IReadOnlyList<JobArtifact> OutputArtifacts { get; init; } = Array.Empty<JobArtifact>();

    /// <summary><c>data.artifactCredentials</c></summary>
    public ArtifactCredentials? ArtifactCredentials { get; init; }

    /// <summary><c>data.continuationToken</c></summary>
    public string? ContinuationToken { get; init; }

    /// <summary><c>data.encryptionKey</c></summary>
    public EncryptionKey? EncryptionKey { get; init; }

    /// <summary>When the response was read. The lifetime of the artifact credentials starts here.</summary>
    internal DateTimeOffset ReadAt { get; init; } = DateTimeOffset.UtcNow;
}
