namespace System.Management.Automation;

public class ErrorRecord(Exception exception, string errorId, ErrorCategory errorCategory, object? targetObject)
{
    public Exception Exception { get; } = exception;

    public string FullyQualifiedErrorId { get; } = errorId;

    public ErrorCategoryInfo CategoryInfo { get; } = new(errorCategory);

    public object? TargetObject { get; } = targetObject;

    public ErrorDetails? ErrorDetails { get; set; }

    public InvocationInfo? InvocationInfo { get; set; }

    public override string ToString() => ErrorDetails?.Message ?? Exception.Message;
}

public class ErrorCategoryInfo(ErrorCategory category)
{
    public ErrorCategory Category { get; } = category;
}

public class ErrorDetails(string message)
{
    public string Message { get; } = message;

    public string? RecommendedAction { get; set; }
}

public class RuntimeException(string message, Exception? innerException, ErrorRecord? errorRecord)
    : Exception(message, innerException)
{
    public RuntimeException()
        : this(string.Empty, null, null)
    {
    }

    public RuntimeException(string message)
        : this(message, null, null)
    {
    }

    public virtual ErrorRecord? ErrorRecord { get; } = errorRecord;
}

public class CommandNotFoundException(string message) : RuntimeException(message);

public class PipelineStoppedException : RuntimeException;

public class ArgumentTransformationMetadataException(string message, Exception innerException)
    : RuntimeException(message, innerException, null);
