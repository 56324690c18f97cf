using System;
using System.Collections.Generic;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>One call of a handler script.</summary>
public sealed class HandlerCall
{
    private readonly HandlerOutput _output;

    internal HandlerCall(HandlerScript script, ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets)
    {
        Secrets = secrets;
        Script = script;
        Job = job;
        OnRecord = onRecord;
        _output = new HandlerOutput(job.JobId, onRecord);
    }

    internal HandlerScript Script { get; }

    internal ThirdPartyJob Job { get; }

    internal Action<HandlerRecord> OnRecord { get; }

    /// <summary>The job's secrets, to be masked in all output.</summary>
    internal SecretMask Secrets { get; }

    /// <summary>The handler's preference variables, by name.</summary>
    internal IReadOnlyDictionary<string, object> Preferences => Script.Preferences;

    internal HandlerCompletion End { get; set; } = HandlerCompletion.Stopped;

    /// <summary>The script block for the current runspace; null to use the script's own block.</summary>
    internal ScriptBlock? Block { get; set; }

    /// <summary>Adds an output object of the script.</summary>
    internal void AddOutput(object? value) => _output.Add(value);

    /// <summary>Formats and reports pending output.</summary>
    internal void Flush() => _output.Flush();

    /// <summary>Sets the function that formats objects as PowerShell displays them, within a width.</summary>
    internal void FormatWith(Func<IReadOnlyList<object>, int, string> format) => _output.Format = format;
}
