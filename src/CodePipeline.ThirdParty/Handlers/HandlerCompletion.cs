using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>How a handler's script came to its end.</summary>
internal enum HandlerCompletionKind
{
    /// <summary>At its last line, or by return.</summary>
    Completed,

    /// <summary>By break or continue outside of a loop.</summary>
    BrokeOut,

    /// <summary>By an error that ended it.</summary>
    Failed,

    /// <summary>By exit.</summary>
    Exited,

    /// <summary>It was stopped: the job's time was up, or the worker stops.</summary>
    Stopped,

    /// <summary>The runspace that it ran in is gone.</summary>
    Broken,
}

/// <summary>How a handler's script came to its end.</summary>
internal sealed record HandlerCompletion(HandlerCompletionKind Kind)
{
    public static HandlerCompletion Completed { get; } = new(HandlerCompletionKind.Completed);

    public static HandlerCompletion Stopped { get; } = new(HandlerCompletionKind.Stopped);

    /// <summary>The error that ended it.</summary>
    public ErrorRecord? Error { get; init; }

    /// <summary>
    /// What the last program of a completed script ended with; <see langword="null"/> where that was 0.
    /// </summary>
    public string? ProgramExitCode { get; init; }

    /// <summary>What was given to exit.</summary>
    public string? ExitCode { get; init; }

    /// <summary>Why the runspace is gone.</summary>
    public string? Reason { get; init; }
}
