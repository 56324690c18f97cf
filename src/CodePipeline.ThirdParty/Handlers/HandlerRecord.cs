using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Where a handler wrote to.</summary>
internal enum HandlerStream
{
    /// <summary>Its output: an outcome, or what a user or a program it runs prints.</summary>
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

/// <summary>One thing that a handler wrote.</summary>
/// <param name="JobId">Whose handler.</param>
/// <param name="Stream">Where to.</param>
/// <param name="Text">In words; secrets masked once it has passed <see cref="ScriptHandler"/>.</param>
/// <param name="Original">What PowerShell has of it.</param>
internal sealed record HandlerRecord(string JobId, HandlerStream Stream, string Text, object? Original)
{
    /// <summary>What a progress record is about.</summary>
    public string Activity { get; init; } = (Original as ProgressRecord)?.Activity ?? string.Empty;

    /// <summary>Whether a secret stands in the original, so that nothing of it is shown but the text here.</summary>
    public bool IsMasked { get; init; }

    /// <summary>
    /// Whether this is an error that nobody caught: one in the error stream, an error line on the screen, or one that
    /// ended the handler. A program's lines to standard error are none, nor is an error record that is output.
    /// </summary>
    public bool IsError { get; init; }

    /// <summary>
    /// The same text in lines of any length. <see cref="Text"/> has what was formatted cut to a width, and with it,
    /// perhaps, a secret.
    /// </summary>
    public string? Unwrapped { get; init; }

    /// <summary>What is wrong with an outcome that the handler gave, where it cannot be used.</summary>
    public string? OutcomeProblem { get; init; }

    /// <summary>
    /// Whether a runner reads what is shown: then nothing of the original is, whose parts PowerShell prints as they are.
    /// </summary>
    public bool IsForRunner { get; init; }
}
