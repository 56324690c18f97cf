using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Shows what a handler wrote in the worker's own streams, each line with the job's id in front.</summary>
internal static class HandlerStreamForwarder
{
    /// <summary>The tag of a handler's output in the information stream.</summary>
    public const string OutputTag = "CPThirdPartyJobOutput";

    /// <summary>How far the last of a job's bars is from its first.</summary>
    public const int LastBar = 0xFF;

    // What PowerShell shows on the screen, as Write-Host does.
    private const string ScreenTag = "PSHOST";

    // With Stop, WriteError would end the worker, and all other jobs with it.
    // A block with a $PSCmdlet writes the record as it is, with the handler's own position.
    private const string Error =
        "param($Record) & { [CmdletBinding()] param($Record) $ErrorActionPreference = 'Continue'; "
        + "$PSCmdlet.WriteError($Record) } $Record";

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
                cmdlet.WriteWarning(Named(record));
                break;
            case HandlerStream.Verbose when !PowerShellHost.AsksAtVerbose(cmdlet):
                Shown(cmdlet, "Verbose", () => cmdlet.WriteVerbose(Named(record)));
                break;
            case HandlerStream.Verbose or HandlerStream.Debug:
                Shown(cmdlet, "Debug", () => cmdlet.WriteDebug(Named(record)));
                break;
            default:
                cmdlet.WriteProgress(Progress(record));
                break;
        }
    }

    /// <summary>
    /// The first of the 256 numbers that bars of a job have. Below 2^30, from where on the worker's own are.
    /// </summary>
    public static int FirstBarOf(string jobId) => StringComparer.Ordinal.GetHashCode(jobId) & 0x3FFFFF00;

    /// <summary>Enough of a job's id to tell bars apart: a bar has one line.</summary>
    public static string ShortOf(string jobId) => jobId.Length > 8 ? jobId.Substring(0, 8) : jobId;

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

    // WriteError puts the worker's own line in the place of the handler's, unless told otherwise; there is no public
    // way to.
    private static readonly PropertyInfo? s_keepPosition =
        typeof(ErrorRecord).GetProperty("PreserveInvocationInfoOnce", BindingFlags.Instance | BindingFlags.NonPublic);

    private static void ShowError(PSCmdlet cmdlet, HandlerRecord record)
    {
        bool hasOnlyText = record.IsMasked || record.IsForRunner;
        ErrorRecord error = ForwardedError.Of(
            record.Original as ErrorRecord, Named(record), record.JobId, hasOnlyText);
        s_keepPosition?.SetValue(error, !record.IsMasked || record.IsForRunner);
        if (Stops(cmdlet))
        {
            // Into the worker's own error stream: past it, PowerShell shows the bare text, and no line ends.
            cmdlet.InvokeCommand.InvokeScript(Error, true, PipelineResultTypes.Error, null, error);
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
            && action is not (ActionPreference.Continue or ActionPreference.SilentlyContinue
                or ActionPreference.Ignore);
    }

    /// <summary>The handler's own preference has let the line through; the caller's would hold it back.</summary>
    private static void Shown(PSCmdlet cmdlet, string stream, Action write)
    {
        if (cmdlet.MyInvocation.BoundParameters.ContainsKey(stream))
        {
            write();
            return;
        }

        PSVariableIntrinsics variables = cmdlet.SessionState.PSVariable;
        string name = stream + "Preference";
        PSVariable? local = variables.Get("local:" + name);
        object? before = local?.Value;
        variables.Set(name, ActionPreference.Continue);
        try
        {
            write();
        }
        finally
        {
            if (local is null)
            {
                variables.Remove("local:" + name);
            }
            else
            {
                variables.Set(name, before);
            }
        }
    }

    /// <summary>A bar of the job's own.</summary>
    private static ProgressRecord Progress(HandlerRecord record)
    {
        var given = (ProgressRecord)record.Original!;
        int id = FirstBarOf(record.JobId);
        string status = record.Text.Length > 0 ? record.Text : " ";
        string name = $"[{ShortOf(record.JobId)}] {record.Activity}";
        return new ProgressRecord(id + (given.ActivityId & LastBar), name, status)
        {
            ParentActivityId = given.ParentActivityId >= 0 ? id + (given.ParentActivityId & LastBar) : -1,
            PercentComplete = given.PercentComplete,
            SecondsRemaining = given.SecondsRemaining,
            RecordType = given.RecordType,
        };
    }
}
