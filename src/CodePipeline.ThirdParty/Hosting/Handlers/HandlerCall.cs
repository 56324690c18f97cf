using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>One run of a handler's script, within PowerShell.</summary>
public sealed class HandlerCall
{
    internal HandlerCall(HandlerScript script, ThirdPartyJob job, Action<HandlerRecord> hear)
    {
        Script = script;
        Job = job;
        Hear = hear;
        Take = value => hear(HandlerRecords.Of(job.JobId, value));
    }

    /// <summary>What the script's pipeline ends in.</summary>
    internal Action<object?> Take { get; }

    internal HandlerScript Script { get; }

    internal ThirdPartyJob Job { get; }

    internal Action<HandlerRecord> Hear { get; }

    /// <summary>Preference variables that parameters of the worker set, by name.</summary>
    internal IReadOnlyDictionary<string, object> Preferences => Script.Preferences;

    internal HandlerEnd End { get; set; } = HandlerEnd.Stopped;

    /// <summary>The block as this runspace is to run it.</summary>
    internal ScriptBlock? Block { get; set; }
}
