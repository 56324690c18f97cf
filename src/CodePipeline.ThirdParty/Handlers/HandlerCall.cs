using System;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>One run of a handler's script, within PowerShell.</summary>
public sealed class HandlerCall
{
    private readonly HandlerOutput _output;

    internal HandlerCall(HandlerScript script, ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets)
    {
        Secrets = secrets;
        Script = script;
        Job = job;
        Hear = hear;
        _output = new HandlerOutput(job.JobId, hear);
    }

    internal HandlerScript Script { get; }

    internal ThirdPartyJob Job { get; }

    internal Action<HandlerRecord> Hear { get; }

    /// <summary>What is not to be left anywhere.</summary>
    internal SecretMask Secrets { get; }

    /// <summary>Preference variables that the handler runs with, by name.</summary>
    internal IReadOnlyDictionary<string, object> Preferences => Script.Preferences;

    internal HandlerCompletion End { get; set; } = HandlerCompletion.Stopped;

    /// <summary>The block as this runspace is to run it.</summary>
    internal ScriptBlock? Block { get; set; }

    /// <summary>What the script's pipeline ends in.</summary>
    internal void Take(object? value) => _output.Take(value);

    /// <summary>Shows what waits to be formatted.</summary>
    internal void Flush() => _output.Flush();

    /// <summary>Says how objects become text: as PowerShell shows them, in a width.</summary>
    internal void FormatWith(Func<IReadOnlyList<object>, int, string> format) => _output.Format = format;
}
