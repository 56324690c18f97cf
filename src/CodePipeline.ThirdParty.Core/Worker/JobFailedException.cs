using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Fails a job with a failure type and, optionally, an external execution id.</summary>
internal sealed class JobFailedException(
    FailureType type, string message, string? externalExecutionId = null, Exception? cause = null)
    : Exception(message, cause)
{
    public FailureType Type { get; } = type;

    public string? ExternalExecutionId { get; } = externalExecutionId;
}
