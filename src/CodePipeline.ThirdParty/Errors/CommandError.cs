using System;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Errors;

/// <summary>An error of the catalogue: a stable id, a category, a target, a message and a recommended action.</summary>
internal sealed record CommandError(
    string Id, ErrorCategory Category, object? Target, Exception Exception, string Message, string RecommendedAction)
{
    private static readonly Version s_printsRecommendedAction = new(7, 5);

    public ErrorRecord ToErrorRecord() => new(Exception, Id, Category, Target)
    {
        ErrorDetails = new ErrorDetails(Text) { RecommendedAction = RecommendedAction },
    };

    private string Text => TextIn(typeof(PSObject).Assembly.GetName().Version!);

    /// <summary>
    /// The displayed text for a PowerShell version. Versions before 7.5 do not print the recommended action, so it is
    /// part of the text.
    /// </summary>
    internal string TextIn(Version engine) =>
        engine < s_printsRecommendedAction ? $"{Message} {RecommendedAction}" : Message;
}

/// <summary>Creates error records for errors of a user's script.</summary>
internal static class ForwardedError
{
    /// <summary>Creates a record with another text and the same script position and category.</summary>
    /// <param name="error">The script's error.</param>
    /// <param name="text">The text to show.</param>
    /// <param name="target">The target of a record that keeps only the text.</param>
    /// <param name="hasOnlyText">
    /// Whether the record keeps only the text and the category, for example because the error contains a secret.
    /// </param>
    public static ErrorRecord Of(ErrorRecord? error, string text, string target, bool hasOnlyText) =>
        error is null || hasOnlyText
        ? new ErrorRecord(
            new InvalidOperationException(text), "HandlerError",
            error?.CategoryInfo.Category ?? ErrorCategory.OperationStopped, target)
        : new ErrorRecord(error, null) { ErrorDetails = new ErrorDetails(text) };
}

/// <summary>A terminating error, thrown by a hook.</summary>
internal sealed class TerminatingException(CommandError error) : Exception(error.Message)
{
    public CommandError Error { get; } = error;
}

/// <summary>A non-terminating error for the current record, thrown by a hook.</summary>
internal sealed class RecordException(CommandError error) : Exception(error.Message)
{
    public CommandError Error { get; } = error;
}
