using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Runs a handler script in its own pipeline. Not exported; called by its type.</summary>
/// <remarks>
/// A cmdlet, because only a cmdlet can tell <c>exit</c>, <c>break</c> and errors apart. A pipeline that ends by
/// <c>exit</c> does not report it.
/// </remarks>
public sealed class RunHandlerCommand : PSCmdlet
{
    // PowerShell does not allow removing this variable, so it is reset to its previous value.
    private const string ItemVariable = "_";

    // The script merges the streams, because only a pipeline inside it keeps their order. The dot keeps the scope.
    private const string InScope = ". $args[0] $args[1] *>&1 | & $args[2] $args[3]";
    private const string File = "& $args[0] $args[1] *>&1 | & $args[2] $args[3]";
    private const string AsText = "$args[0] | Microsoft.PowerShell.Utility\\Out-String -Width $args[1]";

    // The exception type of PowerShell 7.3 and later.
    private const string NativeExit = "NativeCommandExitException";

    private const string ErrorPreference = "ErrorActionPreference";
    private const string Local = "local:";
    private const string Global = "global:";
    private const string ExitCode = Global + "LASTEXITCODE";

    // Cached, because PowerShell reflects over the parameters of each new CmdletInfo.
    private static readonly CmdletInfo s_receiveOutput =
        new("Receive-CPHandlerRecord", typeof(ReceiveHandlerOutputCommand));

    internal static CmdletInfo Info { get; } = new("Invoke-CPHandler", typeof(RunHandlerCommand));

    /// <summary>The handler call.</summary>
    [Parameter(Position = 0)]
    public HandlerCall? Call { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        HandlerCall call = Call!;
        string location = SessionState.Path.CurrentLocation.Path;
        ScriptBlock block = call.Block ?? call.Script.Block;
        var saved = new Stack<SavedVariable>();
        call.FormatWith((objects, width) => string.Concat(InvokeCommand.InvokeScript(
            false, ScriptBlock.Create(AsText), null, objects, width)));
        var remembered = SessionState.PSVariable.GetValue("global:Error") as ArrayList;
        object? last = remembered?.Count > 0 ? remembered[0] : null;
        try
        {
            SetVariables(call, block, saved);
            object? lastError = LastError();
            InvokeCommand.InvokeScript(
                false, ScriptBlock.Create(call.Script.IsFile ? File : InScope), null,
                block, call.Job, s_receiveOutput, call);
            call.End = HandlerCompletion.Completed with { ProgramExitCode = FailedProgram(lastError) };
        }
        catch (ExitException exit)
        {
            string code = exit.Argument?.ToString() ?? "0";
            call.End = new HandlerCompletion(HandlerCompletionKind.Exited) { ExitCode = code };
        }
        catch (PipelineStoppedException)
        {
            call.End = HandlerCompletion.Stopped;
            throw;
        }
        catch (FlowControlException)
        {
            // break or continue outside a loop skipped the rest of the script.
            call.End = new HandlerCompletion(HandlerCompletionKind.BrokeOut);
        }
        catch (RuntimeException error)
        {
            call.End = new HandlerCompletion(HandlerCompletionKind.Failed) { Error = error.ErrorRecord };
        }
        catch (Exception error)
        {
            ErrorRecord failed = ErrorCatalog.HandlerFailed(error).ToErrorRecord();
            call.End = new HandlerCompletion(HandlerCompletionKind.Failed) { Error = failed };
        }
        finally
        {
            call.Flush();
            Restore(saved, location);
            if (remembered is not null)
            {
                HandlerErrors.Redact(remembered, last, call);
            }
        }
    }

    private void SetVariables(HandlerCall call, ScriptBlock block, Stack<SavedVariable> saved)
    {
        // A handler from another module finds its variables in that module.
        SessionState theirs = block.Module?.SessionState ?? SessionState;
        Set(theirs, Local, ItemVariable, call.Job);
        Set(theirs, Local, "Job", call.Job);
        foreach (KeyValuePair<string, object> preference in call.Preferences)
        {
            Set(theirs, Local, preference.Key, preference.Value);
            if (preference.Key == ErrorPreference)
            {
                // Module functions do not see their caller's scope.
                Set(theirs, Global, preference.Key, preference.Value);
            }
        }

        // Clears the exit code of earlier programs.
        Set(SessionState, string.Empty, ExitCode, 0);

        void Set(SessionState state, string scope, string name, object value)
        {
            PSVariable? known = state.PSVariable.Get(scope + name);
            saved.Push(new SavedVariable(state, scope + name, known?.Value, known is not null));
            state.PSVariable.Set(scope == Local ? name : scope + name, value);
        }
    }

    /// <summary>The nonzero exit code of the script's last program; otherwise <see langword="null"/>.</summary>
    private string? FailedProgram(object? lastError)
    {
        object? code = PSObjectValues.Unwrap(SessionState.PSVariable.GetValue(ExitCode));
        return code is null or 0 || IsCaught(code, lastError)
            ? null
            : Convert.ToString(code, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Whether the exit code raised an error ($PSNativeCommandUseErrorActionPreference). A completed script has caught
    /// that error.
    /// </summary>
    private bool IsCaught(object code, object? lastError)
    {
        foreach (object? each in Errors())
        {
            if (ReferenceEquals(each, lastError))
            {
                break;
            }

            if (each is ErrorRecord { Exception: Exception error } && error.GetType().Name == NativeExit)
            {
                // Checks only the newest error. Earlier ones belong to earlier programs.
                return Equals(error.GetType().GetProperty("ExitCode")?.GetValue(error), code);
            }
        }

        return false;
    }

    private object? LastError()
    {
        IList errors = Errors();
        return errors.Count > 0 ? errors[0] : null;
    }

    /// <summary>$Error, newest first.</summary>
    private IList Errors() =>
        PSObjectValues.Unwrap(SessionState.PSVariable.GetValue(Global + "Error")) as IList ?? Array.Empty<object>();

    /// <summary>Restores variables and location for the next job.</summary>
    private void Restore(Stack<SavedVariable> saved, string location)
    {
        // Restores in reverse order: in the global scope, a variable can be saved twice.
        foreach (SavedVariable variable in saved)
        {
            Try(() =>
            {
                if (variable.Existed || variable.Path == Local + ItemVariable)
                {
                    variable.State.PSVariable.Set(variable.Path, variable.Value);
                }
                else
                {
                    variable.State.PSVariable.Remove(variable.Path);
                }
            });
        }

        Try(() =>
        {
            if (SessionState.Path.CurrentLocation.Path != location)
            {
                SessionState.Path.SetLocation(location);
            }
        });
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is RuntimeException or System.IO.IOException or ArgumentException)
        {
            // The script made a variable constant or removed the folder. This must not affect the job's outcome.
        }
    }

    /// <summary>A variable's state before the handler.</summary>
    private sealed record SavedVariable(SessionState State, string Path, object? Value, bool Existed);
}
