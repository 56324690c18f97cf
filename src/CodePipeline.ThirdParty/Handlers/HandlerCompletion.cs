using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>How a handler script ended.</summary>
internal enum HandlerCompletionKind
{
    /// <summary>It reached its last line or return.</summary>
    Completed,

    /// <summary>It executed break or continue outside a loop.</summary>
    BrokeOut,

    /// <summary>An error ended it.</summary>
    Failed,

    /// <summary>It executed exit.</summary>
    Exited,

    /// <summary>The worker stopped it: the job timed out, or the worker stops.</summary>
    Stopped,

    /// <summary>Its runspace closed.</summary>
    Broken,
}

/// <summary>How a handler script ended.</summary>
internal sealed record HandlerCompletion(HandlerCompletionKind Kind)
{
    public static HandlerCompletion Completed { get; } = new(HandlerCompletionKind.Completed);

    public static HandlerCompletion Stopped { get; } = new(HandlerCompletionKind.Stopped);

    /// <summary>The error that ended the script.</summary>
    public ErrorRecord? Error { get; init; }

    /// <summary>The nonzero exit code of a completed script's last program; otherwise <see langword="null"/>.</summary>
    public string? ProgramExitCode { get; init; }

    /// <summary>The argument of exit.</summary>
    public string? ExitCode { get; init; }

    /// <summary>Why the runspace closed.</summary>
    public string? Reason { get; init; }
}
