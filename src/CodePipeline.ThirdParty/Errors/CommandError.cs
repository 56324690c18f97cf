using System;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Errors;

/// <summary>An error as the catalogue makes it: a stable id, a category, what it is about, and what to do.</summary>
internal sealed record CommandError(
    string Id, ErrorCategory Category, object? Target, Exception Exception, string Message, string Advice)
{
    public ErrorRecord ToErrorRecord() => new(Exception, Id, Category, Target)
    {
        ErrorDetails = new ErrorDetails(Text) { RecommendedAction = Advice },
    };

#if NET
    private string Text => Message;
#else
    /// <summary>Windows PowerShell does not print the recommended action.</summary>
    private string Text => $"{Message} {Advice}";
#endif
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
