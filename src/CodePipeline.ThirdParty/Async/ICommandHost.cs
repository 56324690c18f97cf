using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Async;

/// <summary>All that a cmdlet wants of PowerShell. Called on the pipeline thread only; tests stand in for it.</summary>
internal interface ICommandHost
{
    /// <summary>The sessions of the runspace.</summary>
    SessionStore Sessions { get; }

    /// <summary>Whether the user wants the debug stream.</summary>
    bool WantsDebug { get; }

    /// <summary>Whether the user wants the verbose stream.</summary>
    bool WantsVerbose { get; }

    void WriteObject(object value);

    /// <summary>Emits a file or folder as Get-Item does, so that its view fills every column.</summary>
    void WriteItem(FileSystemInfo item);

    void WriteError(CommandError error);

    /// <summary>Ends the pipeline with an error; does not return in PowerShell.</summary>
    void ThrowTerminating(CommandError error);

    /// <summary>Ends the script too that runs the cmdlet, as throw does; does not return in PowerShell.</summary>
    void EndScript(CommandError error);

    void WriteVerbose(string text);

    void WriteDebug(string text);

    void WriteWarning(string text);

    void WriteProgress(ProgressRecord progress);

    /// <summary>Whether to go on, having asked where the user wants to be asked.</summary>
    /// <param name="target">What is worked on.</param>
    /// <param name="action">What is done to it.</param>
    /// <param name="isForced">Whether only -Confirm itself asks, and the preference does not.</param>
    bool ShouldProcess(string target, string action, bool isForced = false);

    /// <summary>The text with a property Value, which constants of AWS.Tools have.</summary>
    object WithValue(string text);

    object? GetVariable(string name);

    /// <summary>The path that PowerShell means by a text, relative ones and drives included.</summary>
    string ResolvePath(string path);

    /// <summary>The code of an MFA device; <see langword="null"/> where there is nobody to type it.</summary>
    string? AskMfaCode(string serial);

    IReadOnlyList<object?> Invoke(ScriptBlock script, params object?[] arguments);

    IReadOnlyList<object?> InvokeScript(string script, params object?[] arguments);

    /// <summary>What handlers in runspaces of their own have of this one.</summary>
    RunspaceSettings RunspaceSettings(HandlerScript script);

    /// <summary>
    /// The script of a file, with its name and lines; <see langword="null"/> where there is no such file.
    /// </summary>
    ScriptBlock? ScriptOf(string path);

    /// <summary>The preference variables that parameters of the cmdlet set, by name.</summary>
    IReadOnlyDictionary<string, object> GivenPreferences();

    /// <summary>Runs a handler in the caller's scope; returns when it has come to its end.</summary>
    /// <param name="call">The handler's run.</param>
    /// <param name="canAsk">Whether it may ask the user.</param>
    /// <param name="cancellationToken">Stops it.</param>
    void RunHandler(HandlerCall call, bool canAsk, CancellationToken cancellationToken);

    /// <summary>Does something as if no handler ran: what is shown meanwhile is not taken for the handler's.</summary>
    void OutsideHandler(Action action);

    /// <summary>Shows what a handler wrote. Never ends the pipeline for an error of a handler.</summary>
    void Relay(HandlerRecord record);
}
