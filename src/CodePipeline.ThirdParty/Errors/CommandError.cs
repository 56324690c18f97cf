using System;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Errors;

/// <summary>An error as the catalogue makes it: a stable id, a category, what it is about, and what to do.</summary>
internal sealed record CommandError(
    string Id, ErrorCategory Category, object? Target, Exception Exception, string Message, string Advice)
{
    private static readonly Version s_printsAdvice = new(7, 5);

    public ErrorRecord ToErrorRecord() => new(Exception, Id, Category, Target)
    {
        ErrorDetails = new ErrorDetails(Text) { RecommendedAction = Advice },
    };

    private string Text => TextIn(typeof(PSObject).Assembly.GetName().Version!);

    /// <summary>
    /// The text of the error in a PowerShell of that version. Those before 7.5 do not print the recommended action.
    /// </summary>
    internal string TextIn(Version engine) => engine < s_printsAdvice ? $"{Message} {Advice}" : Message;
}

/// <summary>An error of a user's script, shown in the place of the script.</summary>
internal static class ForwardedError
{
    /// <summary>The error with another text, its place in the script and its category kept.</summary>
    /// <param name="error">What the script wrote.</param>
    /// <param name="text">The text to show.</param>
    /// <param name="target">What it is about, where the error itself cannot be kept.</param>
    /// <param name="hasOnlyText">Whether nothing of it can be kept but its category.</param>
    public static ErrorRecord Of(ErrorRecord? error, string text, string target, bool hasOnlyText) =>
        error is null || hasOnlyText
        ? new ErrorRecord(
            new InvalidOperationException(text), "HandlerError",
            error?.CategoryInfo.Category ?? ErrorCategory.OperationStopped, target)
        : new ErrorRecord(error, null) { ErrorDetails = new ErrorDetails(text) };
}

/// <summary>Ends the cmdlet with an error, from within a hook.</summary>
internal sealed class TerminatingException(CommandError error) : Exception(error.Message)
{
    public CommandError Error { get; } = error;
}

/// <summary>An error of the catalogue for one record, from within a hook.</summary>
internal sealed class RecordException(CommandError error) : Exception(error.Message)
{
    public CommandError Error { get; } = error;
}
