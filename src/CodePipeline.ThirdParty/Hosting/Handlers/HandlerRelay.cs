using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>Shows what a handler wrote in the worker's own streams, each line with the job's id in front.</summary>
internal static class HandlerRelay
{
    /// <summary>The tag of a handler's output in the information stream.</summary>
    public const string OutputTag = "CPThirdPartyJobOutput";

    // What PowerShell shows on the screen, as Write-Host does.
    private const string ScreenTag = "PSHOST";

    // The handler's own preference has let it through; the worker's would hold it back. A script, so that it can be had in 4>&1.
    private const string Verbose = "param($Text) $VerbosePreference = 'Continue'; Write-Verbose -Message $Text";
    private const string Debug = "param($Text) $DebugPreference = 'Continue'; Write-Debug -Message $Text";
    private const string Warning = "param($Text) $WarningPreference = 'Continue'; Write-Warning -Message $Text";

    // With Stop, WriteError would end the worker, and all other jobs with it.
    private const string Error = "param($Record) $ErrorActionPreference = 'Continue'; Write-Error -ErrorRecord $Record";

    public static void Show(PSCmdlet cmdlet, HandlerRecord record)
    {
        switch (record.Stream)
        {
            case HandlerStream.Output:
                cmdlet.WriteInformation(Screen(record), new[] { ScreenTag, OutputTag });
                break;
            case HandlerStream.Host:
                cmdlet.WriteInformation(Screen(record), new[] { ScreenTag });
                break;
            case HandlerStream.Information:
                IEnumerable<string> tags = (record.Original as InformationRecord)?.Tags ?? Enumerable.Empty<string>();
                cmdlet.WriteInformation(Named(record), tags.Where(tag => tag != ScreenTag).ToArray());
                break;
            case HandlerStream.Error:
                ShowError(cmdlet, record);
                break;
            case HandlerStream.Warning:
                Run(cmdlet, Warning, Named(record));
                break;
            case HandlerStream.Verbose:
                Run(cmdlet, Verbose, Named(record));
                break;
            case HandlerStream.Debug:
                Run(cmdlet, Debug, Named(record));
                break;
            default:
                cmdlet.WriteProgress(Progress(record));
                break;
        }
    }

    /// <summary>Each line of a text, with the job's id in front.</summary>
    public static string Named(HandlerRecord record)
    {
        string name = $"[{record.JobId}] ";
        return name + string.Join("\n" + name, record.Text.TrimEnd('\r', '\n').Replace("\r\n", "\n").Split('\n', '\r'));
    }

    private static HostInformationMessage Screen(HandlerRecord record)
    {
        var message = new HostInformationMessage { Message = Named(record) };
        if (record.Original is HostInformationMessage given)
        {
            message.ForegroundColor = given.ForegroundColor;
            message.BackgroundColor = given.BackgroundColor;
        }

        return message;
    }

    // WriteError puts the worker's own line in the place of the handler's, unless told otherwise; there is no public way to.
    private static readonly PropertyInfo? s_keepPosition =
        typeof(ErrorRecord).GetProperty("PreserveInvocationInfoOnce", BindingFlags.Instance | BindingFlags.NonPublic);

    private static void ShowError(PSCmdlet cmdlet, HandlerRecord record)
    {
        ErrorRecord error = RelayedError.Of(record.Original as ErrorRecord, Named(record), record.JobId, record.IsMasked);
        s_keepPosition?.SetValue(error, !record.IsMasked);
        if (Stops(cmdlet))
        {
            Run(cmdlet, Error, error);
        }
        else
        {
            cmdlet.WriteError(error);
        }
    }

    private static bool Stops(PSCmdlet cmdlet)
    {
        object? preference = cmdlet.MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given)
            ? given
            : cmdlet.SessionState.PSVariable.GetValue("ErrorActionPreference");
        return LanguagePrimitives.TryConvertTo(preference, out ActionPreference action)
            && action is not (ActionPreference.Continue or ActionPreference.SilentlyContinue or ActionPreference.Ignore);
    }

    private static void Run(PSCmdlet cmdlet, string script, object argument) =>
        cmdlet.InvokeCommand.InvokeScript(true, ScriptBlock.Create(script), null, argument);

    /// <summary>A bar of the job's own.</summary>
    private static ProgressRecord Progress(HandlerRecord record)
    {
        var given = (ProgressRecord)record.Original!;
        int id = StringComparer.Ordinal.GetHashCode(record.JobId) & 0x3FFFFF00;
        return new ProgressRecord(id + (given.ActivityId & 0xFF), $"[{record.JobId}] {given.Activity}", record.Text.Length > 0 ? record.Text : " ")
        {
            ParentActivityId = given.ParentActivityId >= 0 ? id + (given.ParentActivityId & 0xFF) : -1,
            PercentComplete = given.PercentComplete,
            SecondsRemaining = given.SecondsRemaining,
            RecordType = given.RecordType,
        };
    }
}
