using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Runs a handler's script from within a pipeline of its own. Not exported: it is called by its type.
/// </summary>
/// <remarks>
/// A cmdlet, because only there <c>exit</c>, <c>break</c> and errors arrive as what they are; a pipeline that ends by
/// <c>exit</c> says nothing of it.
/// </remarks>
public sealed class RunHandlerCommand : PSCmdlet
{
    // PowerShell refuses to remove it, and it is empty where there is none.
    private const string ItemVariable = "_";

    // Streams are merged in the script, since only a pipeline within it keeps their order. The dot keeps the scope.
    private const string InScope = ". $args[0] $args[1] *>&1 | & $args[2] $args[3]";
    private const string File = "& $args[0] $args[1] *>&1 | & $args[2] $args[3]";
    private const string AsText = "$args[0] | Microsoft.PowerShell.Utility\\Out-String -Width $args[1]";

    // Of PowerShell 7.3 and later.
    private const string NativeExit = "NativeCommandExitException";

    private const string ErrorPreference = "ErrorActionPreference";
    private const string Local = "local:";
    private const string Global = "global:";
    private const string ExitCode = Global + "LASTEXITCODE";

    // Kept, since PowerShell reads a cmdlet's parameters by reflection for each CmdletInfo.
    private static readonly CmdletInfo s_hear = new("Receive-CPHandlerRecord", typeof(ReceiveHandlerOutputCommand));

    internal static CmdletInfo Info { get; } = new("Invoke-CPHandler", typeof(RunHandlerCommand));

    /// <summary>What to run.</summary>
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
                false, ScriptBlock.Create(call.Script.IsFile ? File : InScope), null, block, call.Job, s_hear, call);
            call.End = HandlerCompletion.Completed with { ProgramExitCode = FailedProgram(lastError) };
        }
        catch (ExitException exit)
        {
            call.End = new HandlerCompletion(HandlerCompletionKind.Exited) { ExitCode = exit.Argument?.ToString() ?? "0" };
        }
        catch (PipelineStoppedException)
        {
            call.End = HandlerCompletion.Stopped;
            throw;
        }
        catch (FlowControlException)
        {
            // break or continue outside a loop: all of the script that follows has been left out.
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
                HandlerErrors.Clean(remembered, last, call);
            }
        }
    }

    private void SetVariables(HandlerCall call, ScriptBlock block, Stack<SavedVariable> saved)
    {
        // A handler of another module than the caller's finds its variables there.
        SessionState theirs = block.Module?.SessionState ?? SessionState;
        Set(theirs, Local, ItemVariable, call.Job);
        Set(theirs, Local, "Job", call.Job);
        foreach (KeyValuePair<string, object> preference in call.Preferences)
        {
            Set(theirs, Local, preference.Key, preference.Value);
            if (preference.Key == ErrorPreference)
            {
                // Functions of modules do not see the scope of their caller.
                Set(theirs, Global, preference.Key, preference.Value);
            }
        }

        // What a program before this handler ended with is none of the job's business.
        Set(SessionState, string.Empty, ExitCode, 0);

        void Set(SessionState state, string scope, string name, object value)
        {
            PSVariable? known = state.PSVariable.Get(scope + name);
            saved.Push(new SavedVariable(state, scope + name, known?.Value, known is not null));
            state.PSVariable.Set(scope == Local ? name : scope + name, value);
        }
    }

    /// <summary>The exit code of the script's last program; <see langword="null"/> where it ended well.</summary>
    private string? FailedProgram(object? lastError)
    {
        object? code = PSObjectValues.Unwrap(SessionState.PSVariable.GetValue(ExitCode));
        return code is null or 0 || IsCaught(code, lastError)
            ? null
            : Convert.ToString(code, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Whether the exit code came to the script as an error ($PSNativeCommandUseErrorActionPreference), which the
    /// script then has caught, or it would not have come to its end.
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
                // The newest one: an earlier one was of an earlier program.
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

    /// <summary>$Error, the newest first.</summary>
    private IList Errors() =>
        PSObjectValues.Unwrap(SessionState.PSVariable.GetValue(Global + "Error")) as IList ?? Array.Empty<object>();

    /// <summary>The next job begins where this one did.</summary>
    private void Restore(Stack<SavedVariable> saved, string location)
    {
        // The last first: where the handler's scope is the global one, a variable is there twice.
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
            // A variable that the script made constant, a folder that is gone: the job's outcome does not hang on it.
        }
    }

    /// <summary>A variable as it was before the handler.</summary>
    private sealed record SavedVariable(SessionState State, string Path, object? Value, bool Existed);
}
