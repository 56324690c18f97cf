using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Writes a handler's records to the worker's streams, with the job id before each line.</summary>
internal static class HandlerStreamForwarder
{
    /// <summary>The tag of a handler's output in the information stream.</summary>
    public const string OutputTag = "CPThirdPartyJobOutput";

    /// <summary>The largest offset of a job's progress bar ids.</summary>
    public const int LastBar = 0xFF;

    // PowerShell displays information records with this tag, like those of Write-Host.
    private const string ScreenTag = "PSHOST";

    // With the preference Stop, WriteError would end the worker and all jobs. A block with its own $PSCmdlet writes the
    // record unchanged, with the handler's position.
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
                cmdlet.WriteInformation(WithJobId(record), tags.Where(tag => tag != ScreenTag).ToArray());
                break;
            case HandlerStream.Error:
                ShowError(cmdlet, record);
                break;
            case HandlerStream.Warning:
                cmdlet.WriteWarning(WithJobId(record));
                break;
            case HandlerStream.Verbose when !PowerShellHost.PromptsOnVerbose(cmdlet):
                WriteDespitePreference(cmdlet, "Verbose", () => cmdlet.WriteVerbose(WithJobId(record)));
                break;
            case HandlerStream.Verbose or HandlerStream.Debug:
                WriteDespitePreference(cmdlet, "Debug", () => cmdlet.WriteDebug(WithJobId(record)));
                break;
            default:
                cmdlet.WriteProgress(Progress(record));
                break;
        }
    }

    /// <summary>The first of 256 progress bar ids for a job. Ids from 2^30 belong to the worker.</summary>
    public static int FirstBarOf(string jobId) => StringComparer.Ordinal.GetHashCode(jobId) & 0x3FFFFF00;

    /// <summary>A short form of the job id for progress bars, which have only one line.</summary>
    public static string ShortOf(string jobId) => jobId.Length > 8 ? jobId.Substring(0, 8) : jobId;

    /// <summary>The text with the job id before each line.</summary>
    public static string WithJobId(HandlerRecord record)
    {
        string name = $"[{record.JobId}] ";
        return name + string.Join("\n" + name, record.Text.TrimEnd('\r', '\n').Replace("\r\n", "\n").Split('\n', '\r'));
    }

    private static HostInformationMessage Screen(HandlerRecord record)
    {
        var message = new HostInformationMessage { Message = WithJobId(record) };
        if (record.Original is HostInformationMessage given)
        {
            message.ForegroundColor = given.ForegroundColor;
            message.BackgroundColor = given.BackgroundColor;
        }

        return message;
    }

    // Without this flag, WriteError replaces the handler's position with the worker's. It is not public.
    private static readonly PropertyInfo? s_keepPosition =
        typeof(ErrorRecord).GetProperty("PreserveInvocationInfoOnce", BindingFlags.Instance | BindingFlags.NonPublic);

    private static void ShowError(PSCmdlet cmdlet, HandlerRecord record)
    {
        bool hasOnlyText = record.IsMasked || record.IsForRunner;
        ErrorRecord error = ForwardedError.Of(
            record.Original as ErrorRecord, WithJobId(record), record.JobId, hasOnlyText);
        s_keepPosition?.SetValue(error, !record.IsMasked || record.IsForRunner);
        if (Stops(cmdlet))
        {
            // Writes into the worker's error stream. Otherwise PowerShell displays only the bare text without a line
            // end.
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

    /// <summary>
    /// Writes a line that the handler's preference allowed even if the caller's preference would hide it.
    /// </summary>
    private static void WriteDespitePreference(PSCmdlet cmdlet, string stream, Action write)
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

    /// <summary>A progress record with ids that belong to the job.</summary>
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
