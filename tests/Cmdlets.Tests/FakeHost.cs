using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Cmdlets.Tests;

/// <summary>A command host without a pipeline. Records a cmdlet's output and answers its prompts.</summary>
internal sealed class FakeHost : ICommandHost
{
    private readonly List<object> _all = new();

    public SessionStore Sessions { get; } = new();

    public bool WantsDebug { get; set; }

    public bool WantsVerbose { get; set; } = true;

    /// <summary>All output in order: objects, errors, progress, and texts with their stream's name.</summary>
    public IReadOnlyList<object> All
    {
        get
        {
            lock (_all)
            {
                return _all.ToArray();
            }
        }
    }

    public IReadOnlyList<object> Objects => All.Where(each =>
        each is not (CommandError or ProgressRecord or Line or Question)).ToArray();

    public IReadOnlyList<CommandError> Errors => All.OfType<CommandError>().ToArray();

    public IReadOnlyList<ProgressRecord> Progress => All.OfType<ProgressRecord>().ToArray();

    public IReadOnlyList<Question> Questions => All.OfType<Question>().ToArray();

    /// <summary>The ids of the threads that called the host.</summary>
    public HashSet<int> Threads { get; } = new();

    /// <summary>The user's answer to -Confirm.</summary>
    public bool Agrees { get; set; } = true;

    /// <summary>The MFA code that the user types; null if no user is available.</summary>
    public string? MfaCode { get; set; }

    /// <summary>Called for each written object. Throws to end the pipeline.</summary>
    public Action<object>? OnObject { get; set; }

    /// <summary>Scripts by path.</summary>
    public Dictionary<string, ScriptBlock> Files { get; } = new();

    /// <summary>The worker's handler.</summary>
    public Action<HandlerCall> Handler { get; set; } = _ => { };

    public IEnumerable<string> Texts(string stream) =>
        All.OfType<Line>().Where(line => line.Stream == stream).Select(line => line.Text);

    public string? AskMfaCode(string serial)
    {
        Add(new Question(serial, "MFA"));
        return MfaCode;
    }

    public void WriteObject(object value)
    {
        Add(value);
        OnObject?.Invoke(value);
    }

    public void WriteItem(FileSystemInfo item) => WriteObject(item);

    public void WriteError(CommandError error) => Add(error);

    public void ThrowTerminating(CommandError error) => throw new TerminatedException(error);

    public void EndScript(CommandError error) => throw new TerminatedException(error) { EndsScript = true };

    public void WriteVerbose(string text) => Add(new Line("verbose", text));

    public void WriteDebug(string text) => Add(new Line("debug", text));

    public void WriteWarning(string text) => Add(new Line("warning", text));

    public void WriteProgress(ProgressRecord progress) => Add(progress);

    public object WithValue(string text) => text;

    public bool ShouldProcess(string target, string action, bool isForced = false)
    {
        Add(new Question(target, action));
        return Agrees;
    }

    /// <summary>Always null. Tests in Engine cover variables and scripts.</summary>
    public object? GetVariable(string name)
    {
        Note();
        return null;
    }

    public Func<string, string> Resolve { get; set; } = path => "/resolved/" + path;

    public string ResolvePath(string path) => Resolve(path);

    public IReadOnlyList<object?> Invoke(ScriptBlock script, params object?[] arguments) =>
        throw new NotSupportedException("Scripts run in a real engine only.");

    public IReadOnlyList<object?> InvokeScript(string script, params object?[] arguments) =>
        throw new NotSupportedException("Scripts run in a real engine only.");

    public RunspaceSettings RunspaceSettings(HandlerScript script) => new();

    public ScriptBlock? ScriptOf(string path) => Files.TryGetValue(path, out ScriptBlock? script) ? script : null;

    public IReadOnlyDictionary<string, object> GivenPreferences() => new Dictionary<string, object>();

    public void RunHandler(HandlerCall call, bool canAsk, CancellationToken cancellationToken)
    {
        Note();
        call.End = HandlerCompletion.Completed;
        Handler(call);
    }

    public void OutsideHandler(Action action) => action();

    public void ShowHandlerRecord(HandlerRecord record) =>
        Add(new Line(record.Stream.ToString(), HandlerStreamForwarder.WithJobId(record)));

    private void Add(object value)
    {
        Note();
        lock (_all)
        {
            _all.Add(value);
        }
    }

    private void Note()
    {
        lock (_all)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    internal sealed record Line(string Stream, string Text);

    internal sealed record Question(string Target, string Action);
}

/// <summary>Ends a pipeline like ThrowTerminatingError.</summary>
internal sealed class TerminatedException(CommandError error) : Exception(error.Message)
{
    public CommandError Error { get; } = error;

    public bool EndsScript { get; init; }
}
