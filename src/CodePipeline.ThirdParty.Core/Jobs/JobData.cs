using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Jobs;

/// <summary>
/// The details of a job, in the shape that the service and AWS.Tools return: <c>jobDetails.data</c>.
/// </summary>
public sealed class JobData
{
    internal JobData(JobDetailsResponse details, ActionTypeId? actionType)
    {
        ActionTypeId = actionType;
        ActionConfiguration = new ActionConfiguration(details.Configuration);
        ArtifactCredentials = details.ArtifactCredentials;
        ContinuationToken = details.ContinuationToken;
        EncryptionKey = details.EncryptionKey;
        InputArtifacts = details.InputArtifacts;
        OutputArtifacts = details.OutputArtifacts;
        PipelineContext = new PipelineContext(details);
    }

    /// <summary><c>actionTypeId</c></summary>
    public ActionTypeId? ActionTypeId { get; }

    /// <summary><c>actionConfiguration</c></summary>
    public ActionConfiguration ActionConfiguration { get; }

    /// <summary><c>pipelineContext</c></summary>
    public PipelineContext PipelineContext { get; }

    /// <summary><c>inputArtifacts</c></summary>
    public IReadOnlyList<JobArtifact> InputArtifacts { get; }

    /// <summary><c>outputArtifacts</c></summary>
    public IReadOnlyList<JobArtifact> OutputArtifacts { get; }

    /// <summary><c>artifactCredentials</c></summary>
    public ArtifactCredentials? ArtifactCredentials { get; }

    /// <summary><c>continuationToken</c>. It is plain text; views and logs leave it out.</summary>
    public string? ContinuationToken { get; }

    /// <summary><c>encryptionKey</c></summary>
    public EncryptionKey? EncryptionKey { get; }
}

/// <summary>The configuration of a job's action (<c>actionConfiguration</c>).</summary>
public sealed class ActionConfiguration
{
    internal ActionConfiguration(JobConfiguration configuration) => Configuration = configuration;

    /// <summary>The configuration, which shows only its keys.</summary>
    public JobConfiguration Configuration { get; }
}

/// <summary>The pipeline and the action of a job (<c>pipelineContext</c>).</summary>
public sealed class PipelineContext
{
    internal PipelineContext(JobDetailsResponse details)
    {
        PipelineName = details.PipelineName;
        Stage = new PipelineStage(details.StageName);
        Action = new PipelineAction(details.ActionName, details.ActionExecutionId);
        PipelineArn = details.PipelineArn;
        PipelineExecutionId = details.PipelineExecutionId;
    }

    /// <summary><c>pipelineName</c></summary>
    public string? PipelineName { get; }

    /// <summary><c>stage</c></summary>
    public PipelineStage Stage { get; }

    /// <summary><c>action</c></summary>
    public PipelineAction Action { get; }

    /// <summary><c>pipelineArn</c>; the service does not fill it for third-party jobs.</summary>
    public string? PipelineArn { get; }

    /// <summary><c>pipelineExecutionId</c>; the service does not fill it for third-party jobs.</summary>
    public string? PipelineExecutionId { get; }
}

/// <summary>A stage of a pipeline.</summary>
public sealed class PipelineStage
{
    internal PipelineStage(string? name) => Name = name;

    /// <summary><c>name</c></summary>
    public string? Name { get; }
}

/// <summary>An action of a pipeline.</summary>
public sealed class PipelineAction
{
    internal PipelineAction(string? name, string? actionExecutionId)
    {
        Name = name;
        ActionExecutionId = actionExecutionId;
    }

    /// <summary><c>name</c></summary>
    public string? Name { get; }

    /// <summary><c>actionExecutionId</c></summary>
    public string? ActionExecutionId { get; }
}
