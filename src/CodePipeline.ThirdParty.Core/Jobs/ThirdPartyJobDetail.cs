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

    /// <summary>The job with its details and its last known status.</summary>
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

    /// <summary>The same as <see cref="ThirdPartyJob.JobId"/>, under the name in AWS.Tools.</summary>
    public string Id => JobId;

    /// <summary>The nonce, which claims the job once. It is plain text; views and logs leave it out.</summary>
    public string? Nonce => Details.Nonce;

    /// <summary>The configuration of the action, which shows only its keys.</summary>
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

    /// <summary>The input artifacts of the action.</summary>
    public IReadOnlyList<JobArtifact> InputArtifacts => Details.InputArtifacts;

    /// <summary>The output artifacts of the action.</summary>
    public IReadOnlyList<JobArtifact> OutputArtifacts => Details.OutputArtifacts;

    /// <summary>Temporary credentials for the artifacts, which expire after about 15 minutes.</summary>
    public ArtifactCredentials? ArtifactCredentials => Details.ArtifactCredentials;

    /// <summary>
    /// The token from an earlier job of this action. It is plain text; views and logs leave it out.
    /// </summary>
    public string? ContinuationToken => Details.ContinuationToken;

    /// <summary>
    /// The key for encrypting output artifacts; <see langword="null"/> for the AWS managed key.
    /// </summary>
    public EncryptionKey? EncryptionKey => Details.EncryptionKey;

    /// <summary>The same details, in the shape that the service and AWS.Tools return.</summary>
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
