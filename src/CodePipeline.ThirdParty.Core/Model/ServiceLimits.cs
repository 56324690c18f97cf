using System.Collections.Generic;

namespace CodePipeline.ThirdParty;

/// <summary>
/// The limits of the service model <c>codepipeline/2015-07-09</c> for third-party jobs. No other place repeats them.
/// </summary>
public static class ServiceLimits
{
    /// <summary>The provider of an action type.</summary>
    public static TextLimit Provider { get; } = new("provider", 1, 35, identifierOnly: true);

    /// <summary>The version of an action type.</summary>
    public static TextLimit Version { get; } = new("version", 1, 9, identifierOnly: true);

    /// <summary>The id of a job.</summary>
    public static TextLimit JobId { get; } = new("jobId", 1, 512);

    /// <summary>The secret of a partner's customer. It is not the client id.</summary>
    public static TextLimit ClientToken { get; } = new("clientToken", 1, 256);

    /// <summary>The nonce that claims a job.</summary>
    public static TextLimit Nonce { get; } = new("nonce", 1, 50);

    /// <summary>The continuation token for a later job of the same action.</summary>
    public static TextLimit ContinuationToken { get; } = new("continuationToken", 1, 2048);

    /// <summary>The summary of a successful execution.</summary>
    public static TextLimit Summary { get; } = new("summary", 1, 2048);

    /// <summary>The summary of a revision.</summary>
    public static TextLimit RevisionSummary { get; } = new("revisionSummary", 1, 2048);

    /// <summary>The message of a failure.</summary>
    public static TextLimit FailureMessage { get; } = new("message", 1, 5000);

    /// <summary>The id of the execution in the partner's own system.</summary>
    public static TextLimit ExternalExecutionId { get; } = new("externalExecutionId", 1, 1500);

    /// <summary>The id of a revision.</summary>
    public static TextLimit Revision { get; } = new("revision", 1, 1500);

    /// <summary>The change identifier of a revision.</summary>
    public static TextLimit ChangeIdentifier { get; } = new("changeIdentifier", 1, 100);

    /// <summary>A key of an action's configuration.</summary>
    public static TextLimit ConfigurationKey { get; } = new("configurationKey", 1, 50);

    /// <summary>A value of an action's configuration.</summary>
    public static TextLimit ConfigurationValue { get; } = new("configurationValue", 1, 1000);

    /// <summary>The minimum batch size of a poll.</summary>
    public const int MinimumBatchSize = 1;

    /// <summary>The minimum percentage of completion.</summary>
    public const int MinimumPercentComplete = 0;

    /// <summary>The maximum percentage of completion.</summary>
    public const int MaximumPercentComplete = 100;

    /// <summary>The action categories that the service knows.</summary>
    public static IReadOnlyList<string> Categories { get; } =
        new[] { "Source", "Build", "Deploy", "Test", "Invoke", "Approval", "Compute" };

    /// <summary>The action owners that the service knows.</summary>
    public static IReadOnlyList<string> Owners { get; } = new[] { "AWS", "ThirdParty", "Custom" };

    /// <summary>The failure types that the service knows.</summary>
    public static IReadOnlyList<string> FailureTypes { get; } = new[]
    {
        "JobFailed", "ConfigurationError", "PermissionError", "RevisionOutOfSync", "RevisionUnavailable",
        "SystemUnavailable",
    };

    /// <summary>The states of a job that the service knows.</summary>
    public static IReadOnlyList<string> JobStatuses { get; } = new[]
    {
        JobStatus.Created, JobStatus.Queued, JobStatus.Dispatched, JobStatus.InProgress, JobStatus.TimedOut,
        JobStatus.Succeeded, JobStatus.Failed,
    };
}
