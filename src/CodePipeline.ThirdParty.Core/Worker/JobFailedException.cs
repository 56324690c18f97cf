using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A handler's failure with more to say than a message.</summary>
internal sealed class JobFailedException(
    FailureType type, string message, string? externalExecutionId = null, Exception? cause = null)
    : Exception(message, cause)
{
    public FailureType Type { get; } = type;

    public string? ExternalExecutionId { get; } = externalExecutionId;
}
