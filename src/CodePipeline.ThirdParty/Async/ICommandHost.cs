using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Async;

/// <summary>The PowerShell functions that cmdlets use. Called only on the pipeline thread. Tests replace it.</summary>
internal interface ICommandHost
{
    /// <summary>The sessions of the runspace.</summary>
    SessionStore Sessions { get; }

    /// <summary>Whether the debug stream is visible.</summary>
    bool WantsDebug { get; }

    /// <summary>Whether the verbose stream is visible.</summary>
    bool WantsVerbose { get; }

    void WriteObject(object value);

    /// <summary>Emits a file or folder like Get-Item, so that its view fills every column.</summary>
    void WriteItem(FileSystemInfo item);

    void WriteError(CommandError error);

    /// <summary>Ends the pipeline with an error; does not return in PowerShell.</summary>
    void ThrowTerminating(CommandError error);

    /// <summary>Ends the calling script as well, like throw. Does not return in PowerShell.</summary>
    void EndScript(CommandError error);

    void WriteVerbose(string text);

    void WriteDebug(string text);

    void WriteWarning(string text);

    void WriteProgress(ProgressRecord progress);

    /// <summary>Prompts the user if required, and returns whether to continue.</summary>
    /// <param name="target">The target of the action.</param>
    /// <param name="action">The action.</param>
    /// <param name="isForced">Whether to prompt only for -Confirm and not for $ConfirmPreference.</param>
    bool ShouldProcess(string target, string action, bool isForced = false);

    /// <summary>The text with a Value property, like constants in AWS.Tools.</summary>
    object WithValue(string text);

    object? GetVariable(string name);

    /// <summary>Resolves a path, including relative paths and drives.</summary>
    string ResolvePath(string path);

    /// <summary>
    /// Prompts for the code of an MFA device. Returns <see langword="null"/> if no user is available.
    /// </summary>
    string? AskMfaCode(string serial);

    IReadOnlyList<object?> Invoke(ScriptBlock script, params object?[] arguments);

    IReadOnlyList<object?> InvokeScript(string script, params object?[] arguments);

    /// <summary>The caller's settings for handlers in separate runspaces.</summary>
    RunspaceSettings RunspaceSettings(HandlerScript script);

    /// <summary>
    /// The script block of a file, with file name and line numbers; <see langword="null"/> if the file does not exist.
    /// </summary>
    ScriptBlock? ScriptOf(string path);

    /// <summary>The preference variables set by the cmdlet's common parameters, by name.</summary>
    IReadOnlyDictionary<string, object> GivenPreferences();

    /// <summary>Runs a handler in the caller's scope. Returns when the handler ends.</summary>
    /// <param name="call">The handler call.</param>
    /// <param name="canAsk">Whether the handler may prompt the user.</param>
    /// <param name="cancellationToken">Stops the handler.</param>
    void RunHandler(HandlerCall call, bool canAsk, CancellationToken cancellationToken);

    /// <summary>
    /// Runs an action outside the current handler's host, so that its output is not attributed to the handler.
    /// </summary>
    void OutsideHandler(Action action);

    /// <summary>Writes a handler's record to the worker's streams. A handler's error never ends the pipeline.</summary>
    void ShowHandlerRecord(HandlerRecord record);
}
