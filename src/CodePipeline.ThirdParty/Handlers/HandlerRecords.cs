using System;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Classifies a handler's objects by type, like PowerShell's <c>*&gt;&amp;1</c>.</summary>
internal static class HandlerRecords
{
    private const string ErrorStream = "Error";

    // The error id of a program's standard error lines.
    private const string NativeError = "NativeCommandError";

    // PowerShell uses this property to tell written errors from error records in the output. It is not public.
    private static readonly PropertyInfo? s_stream =
        typeof(PSObject).GetProperty("WriteStream", BindingFlags.Instance | BindingFlags.NonPublic);

    public static HandlerRecord Classify(string jobId, object? value)
    {
        object? plain = PSObjectValues.Unwrap(value);
        return plain switch
        {
            // Programs also write progress to standard error, and PowerShell displays such a record without the job id.
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

    /// <summary>Whether the record is a written error. Without stream information, every error record counts.</summary>
    private static bool IsError(object? value) =>
        value is not PSObject wrapped || s_stream?.GetValue(wrapped) is not object stream
        || stream.ToString() == ErrorStream;

    private static bool IsOfProgram(ErrorRecord error) =>
        error.FullyQualifiedErrorId?.StartsWith(NativeError, StringComparison.Ordinal) == true;
}
