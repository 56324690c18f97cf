using System.Management.Automation;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>Tells by its type what a handler wrote, as PowerShell does for <c>*&gt;&amp;1</c>.</summary>
internal static class HandlerRecords
{
    public static HandlerRecord Of(string jobId, object? value)
    {
        object? plain = PSValues.Unwrap(value);
        return plain switch
        {
            ErrorRecord error => new HandlerRecord(jobId, HandlerStream.Error, error.ToString(), error),
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
}
