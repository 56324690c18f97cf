using System;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Tells by its type what a handler wrote, as PowerShell does for <c>*&gt;&amp;1</c>.</summary>
internal static class HandlerRecords
{
    private const string ErrorStream = "Error";

    // What PowerShell calls the lines that a program writes to standard error.
    private const string NativeError = "NativeCommandError";

    // By this PowerShell tells an error that was written from an error record that is output. There is no public way.
    private static readonly PropertyInfo? s_stream =
        typeof(PSObject).GetProperty("WriteStream", BindingFlags.Instance | BindingFlags.NonPublic);

    public static HandlerRecord Classify(string jobId, object? value)
    {
        object? plain = PSObjectValues.Unwrap(value);
        return plain switch
        {
            // Programs write their progress there too, and PowerShell shows such a record without the job's id.
            ErrorRecord error when IsOfProgram(error) =>
                new HandlerRecord(jobId, HandlerStream.Host, error.ToString(), null),
            ErrorRecord error => new HandlerRecord(jobId, HandlerStream.Error, error.ToString(), error)
            {
                IsError = IsError(value),
            },
            WarningRecord warning => new HandlerRecord(jobId, HandlerStream.Warning, warning.Message, warning),
            VerboseRecord verbose => new HandlerRecord(jobId, HandlerStream.Verbose, verbose.Message, verbose),
            DebugRecord debug => new HandlerRecord(jobId, HandlerStream.Debug, debug.Message, debug),
            InformationRecord { MessageData: HostInformationMessage host } => new HandlerRecord(
                jobId, HandlerStream.Host, host.Message ?? string.Empty, host),
            InformationRecord information => new HandlerRecord(
                jobId, HandlerStream.Information, information.ToString() ?? string.Empty, information),
            _ => new HandlerRecord(jobId, HandlerStream.Output, value?.ToString() ?? string.Empty, plain),
        };
    }

    /// <summary>Where PowerShell does not tell, every error counts.</summary>
    private static bool IsError(object? value) =>
        value is not PSObject wrapped || s_stream?.GetValue(wrapped) is not object stream
        || stream.ToString() == ErrorStream;

    private static bool IsOfProgram(ErrorRecord error) =>
        error.FullyQualifiedErrorId?.StartsWith(NativeError, StringComparison.Ordinal) == true;
}
