using System.Collections.Generic;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Jobs;

/// <summary>A third-party job with its details (GetThirdPartyJobDetails).</summary>
public class ThirdPartyJobDetail : ThirdPartyJob
{
    internal ThirdPartyJobDetail(ThirdPartyJob job, JobDetailsResponse details)
        : base(
            job.JobId, job.ClientId, job.ClientToken, job.Status, job.ActionType ?? details.ActionType, job.Session)
    {
        Details = details;
    }

    /// <summary>The job with its details, and what is known of its status by now.</summary>
    internal ThirdPartyJobDetail(ThirdPartyJob job, JobDetailsResponse details, string? status)
        : base(job.JobId, job.ClientId, job.ClientToken, status, job.ActionType ?? details.ActionType, job.Session)
    {
        Details = details;
    }

    private protected ThirdPartyJobDetail(ThirdPartyJobDetail job, string status)
        : base(job, status)
    {
        Details = job.Details;
    }

    /// <summary>The same as <see cref="ThirdPartyJob.JobId"/>, as AWS.Tools calls it.</summary>
    public string Id => JobId;

    /// <summary>What the job is claimed with, once. Plain text, and kept out of views and logs.</summary>
    public string? Nonce => Details.Nonce;

    /// <summary>The configuration of the action: its keys, and a value for the asking.</summary>
    public JobConfiguration Configuration => Details.Configuration;

    /// <summary>The name of the pipeline.</summary>
    public string? PipelineName => Details.PipelineName;

    /// <summary>The name of the stage.</summary>
    public string? StageName => Details.StageName;

    /// <summary>The name of the action.</summary>
    public string? ActionName => Details.ActionName;

    /// <summary>The id of the action's execution.</summary>
    public string? ActionExecutionId => Details.ActionExecutionId;

    /// <summary>The ARN of the pipeline; the service does not fill it for third-party jobs.</summary>
    public string? PipelineArn => Details.PipelineArn;

    /// <summary>The id of the pipeline's execution; the service does not fill it for third-party jobs.</summary>
    public string? PipelineExecutionId => Details.PipelineExecutionId;

    /// <summary>The artifacts that the action takes in.</summary>
    public IReadOnlyList<JobArtifact> InputArtifacts => Details.InputArtifacts;

    /// <summary>The artifacts that the action hands on.</summary>
    public IReadOnlyList<JobArtifact> OutputArtifacts => Details.OutputArtifacts;

    /// <summary>Temporary credentials for the artifacts, about 15 minutes long.</summary>
    public ArtifactCredentials? ArtifactCredentials => Details.ArtifactCredentials;

    /// <summary>
    /// The token that an earlier job of this action left. Plain text, and kept out of views and logs.
    /// </summary>
    public string? ContinuationToken => Details.ContinuationToken;

    /// <summary>The key to encrypt output artifacts with; none: the AWS managed key.</summary>
    public EncryptionKey? EncryptionKey => Details.EncryptionKey;

    /// <summary>The same details in the shape that the service gives them, as AWS.Tools shows them.</summary>
    public JobData Data => new(Details, ActionType);

    /// <summary>When the details were read.</summary>
    internal System.DateTimeOffset ReadAt => Details.ReadAt;

    private JobDetailsResponse Details { get; }

    /// <inheritdoc/>
    internal override ThirdPartyJob With(string? clientId, Secret clientToken, ThirdPartySession session) =>
        new ThirdPartyJobDetail(base.With(clientId, clientToken, session), Details);

    /// <inheritdoc/>
    internal override ThirdPartyJob WithStatus(string status) => new ThirdPartyJobDetail(this, status);
}
