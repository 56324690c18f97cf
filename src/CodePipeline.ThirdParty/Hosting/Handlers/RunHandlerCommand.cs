using System;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

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

    // Kept, since PowerShell reads a cmdlet's parameters by reflection for each CmdletInfo.
    private static readonly CmdletInfo s_hear = new("Receive-CPHandlerRecord", typeof(HearHandlerCommand));

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
        var saved = new List<(SessionState State, string Name, object? Value, bool Existed)>();
        try
        {
            SetVariables(call, block, saved);
            InvokeCommand.InvokeScript(
                false, ScriptBlock.Create(call.Script.IsFile ? File : InScope), null, block, call.Job, s_hear, call);
            call.End = HandlerEnd.Completed;
        }
        catch (ExitException exit)
        {
            call.End = new HandlerEnd(HandlerEndKind.Exited) { ExitCode = exit.Argument?.ToString() ?? "0" };
        }
        catch (PipelineStoppedException)
        {
            call.End = HandlerEnd.Stopped;
            throw;
        }
        catch (FlowControlException)
        {
            // break or continue outside a loop: the script is at its end, and nobody else's loop is meant.
            call.End = HandlerEnd.Completed;
        }
        catch (RuntimeException error)
        {
            call.End = new HandlerEnd(HandlerEndKind.Failed) { Error = error.ErrorRecord };
        }
        catch (Exception error)
        {
            ErrorRecord failed = ErrorCatalog.HandlerFailed(error).ToErrorRecord();
            call.End = new HandlerEnd(HandlerEndKind.Failed) { Error = failed };
        }
        finally
        {
            Restore(saved, location);
        }
    }

    private void SetVariables(
        HandlerCall call, ScriptBlock block, List<(SessionState State, string Name, object? Value, bool Existed)> saved)
    {
        // A handler of another module than the caller's finds its variables there.
        SessionState theirs = block.Module?.SessionState ?? SessionState;
        Set(theirs, ItemVariable, call.Job);
        Set(theirs, "Job", call.Job);
        foreach (KeyValuePair<string, object> preference in call.Preferences)
        {
            Set(theirs, preference.Key, preference.Value);
        }

        void Set(SessionState state, string name, object value)
        {
            PSVariable? known = state.PSVariable.Get("local:" + name);
            saved.Add((state, name, known?.Value, known is not null));
            state.PSVariable.Set(name, value);
        }
    }

    /// <summary>The next job begins where this one did.</summary>
    private void Restore(
        List<(SessionState State, string Name, object? Value, bool Existed)> saved, string location)
    {
        foreach ((SessionState state, string name, object? value, bool existed) in saved)
        {
            Try(() =>
            {
                if (existed || name == ItemVariable)
                {
                    state.PSVariable.Set(name, value);
                }
                else
                {
                    state.PSVariable.Remove("local:" + name);
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
}
