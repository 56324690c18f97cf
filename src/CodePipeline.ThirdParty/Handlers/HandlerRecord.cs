using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The stream that a handler wrote to.</summary>
internal enum HandlerStream
{
    /// <summary>The output stream: outcomes, other objects and program output.</summary>
    Output,

    /// <summary>Write-Host.</summary>
    Host,

    Information,
    Error,
    Warning,
    Verbose,
    Debug,
    Progress,
}

/// <summary>One record of a handler.</summary>
/// <param name="JobId">The job id.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Text">The text. <see cref="ScriptHandler"/> masks its secrets.</param>
/// <param name="Original">The original PowerShell object.</param>
internal sealed record HandlerRecord(string JobId, HandlerStream Stream, string Text, object? Original)
{
    /// <summary>The activity of a progress record; otherwise empty.</summary>
    public string Activity { get; init; } = (Original as ProgressRecord)?.Activity ?? string.Empty;

    /// <summary>Whether the original contains a secret. Only <see cref="Text"/> may then be displayed.</summary>
    public bool IsMasked { get; init; }

    /// <summary>
    /// Whether this is an uncaught error: in the error stream, as an error line of the host, or as the error that ended
    /// the handler. Excludes a program's standard error and error records in the output.
    /// </summary>
    public bool IsError { get; init; }

    /// <summary>
    /// The text without a width limit. Formatting to a width can split a secret, which masking then misses.
    /// </summary>
    public string? Unwrapped { get; init; }

    /// <summary>The problem of an unusable outcome; otherwise null.</summary>
    public string? OutcomeProblem { get; init; }

    /// <summary>
    /// Whether a runner reads the output. Only <see cref="Text"/> may then be displayed, because PowerShell prints
    /// parts of the original unchanged.
    /// </summary>
    public bool IsForRunner { get; init; }
}
