using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Display;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Runners;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Reporting;

/// <summary>
/// What a worker does, as its user sees it: streams, progress, result objects, log, and the runner's own ways.
/// </summary>
internal sealed class WorkerReport : IWorkerObserver
{
    // Handlers' own bars are numbered by their jobs.
    private const int BarId = 0x40000000;
    private const int MostBuffered = 2000;
    private const int MostSkipped = 10_000;

    private readonly object _gate = new();
    private readonly Dictionary<string, List<HandlerRecord>> _buffers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);
    private readonly HashSet<string> _paused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shownErrors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobReport> _skipped = new(StringComparer.Ordinal);
    private readonly StepSummary _summary = new();
    private readonly TimeProvider _clock;
    private readonly Throttle _pace;
    private int _claimed;
    private int _done;
    private int _failed;

    public WorkerReport(TimeProvider clock)
    {
        _clock = clock;
        _pace = new Throttle(TimeSpan.FromMilliseconds(250), clock);
    }

    /// <summary>Has something done on the pipeline thread: at once, if that is where the caller is.</summary>
    public Action<Action<ICommandHost>> Post { get; init; } = _ => { };

    /// <summary>Whether the pipeline is at its end, so that only the console is left to write to.</summary>
    public Func<bool> IsPipelineOver { get; init; } = () => false;

    public string ActionTypes { get; init; } = string.Empty;

    public Runner? Runner { get; init; }

    /// <summary>Where lines go when the pipeline is over.</summary>
    public TextWriter Console { get; init; } = TextWriter.Null;

    /// <summary>The way of commands to the runner.</summary>
    public RunnerCommandWriter Commands { get; init; } = new(TextWriter.Null, canPause: false);

    public WorkerLog? Log { get; init; }

    /// <summary>Whether anybody hears what is no warning: each line costs the pipeline thread a turn.</summary>
    public bool IsVerbose { get; init; } = true;

    /// <summary>
    /// Whether handlers run side by side, so that what each writes is kept until it can be shown in one piece.
    /// </summary>
    public bool IsParallel { get; init; }

    /// <summary>Where what cannot wait is said: the pipeline thread may be in a handler that does not end.</summary>
    public TextWriter Alarm { get; init; } = TextWriter.Null;

    /// <summary>Jobs that could not be claimed for an error, and never were, each once.</summary>
    public IReadOnlyList<JobReport> Skipped
    {
        get
        {
            lock (_gate)
            {
                return _skipped.Values.OrderBy(each => each.StartedAt).ToArray();
            }
        }
    }

    /// <summary>Whether any job was claimed.</summary>
    public bool HasClaimed => Volatile.Read(ref _claimed) > 0;

    /// <inheritdoc/>
    public void Report(WorkerEvent happened)
    {
        if (happened.Kind == WorkerEventKind.Polled && happened.Count == 0)
        {
            return;
        }

        string level = IsToldAlready(happened) ? "information" : LevelOf(happened);
        Log?.Write(happened, level);
        Count(happened);
        switch (happened.Kind)
        {
            case WorkerEventKind.HandlerStarted when Runner is Runner runner && happened.Job is JobTicket job:
                Begin(runner, job.JobId, TitleOf(happened));
                break;
            case WorkerEventKind.JobEnded when happened.Result is JobReport result:
                End(happened, result);
                break;
            case WorkerEventKind.JobSkipped when Runner is Runner runner && level == "warning":
                Print(runner.Warning($"Third-party job {happened.Job?.JobId}", ControlCharacterFilter.Sanitize(happened.Message)));
                break;
            case WorkerEventKind.HandlerLeftBehind when !IsParallel:
                Alarm.WriteLine(Neutral(Sentence(happened)));
                break;
            case WorkerEventKind.Warning when Runner is Runner runner:
                string warning = WithAdvice(happened.Message, happened.Error);
                Print(runner.Warning("Third-party worker", ControlCharacterFilter.Sanitize(warning)));
                break;
        }

        if (level == "warning")
        {
            string text = Neutral(WithAdvice(Sentence(happened), happened.Error));
            Post(host => host.WriteWarning(text));
        }
        else if (IsVerbose)
        {
            string text = Neutral(Sentence(happened));
            Post(host => host.WriteVerbose(text));
        }

        ShowBar();
    }

    /// <summary>What a handler wrote; on the thread that it runs on.</summary>
    public void Relay(HandlerRecord record)
    {
        if (record.Stream != HandlerStream.Progress)
        {
            Log?.Write(record, _clock.GetUtcNow());
        }

        if (record.Stream == HandlerStream.Error)
        {
            lock (_gate)
            {
                _shownErrors.Add(record.JobId);
            }
        }

        record = Runner is null
            ? record with { Text = Neutral(record.Text), Activity = Neutral(record.Activity).Replace('\n', ' ') }
            : record with
            {
                Text = Neutral(record.Text + PlaceOf(record.Original as ErrorRecord)),
                Activity = Neutral(record.Activity).Replace('\n', ' '),
                IsForRunner = true,
            };
        if (Runner is null || !IsParallel || record.Stream == HandlerStream.Progress)
        {
            Post(host => host.Relay(record));
            return;
        }

        List<HandlerRecord>? full = null;
        lock (_gate)
        {
            if (!_buffers.TryGetValue(record.JobId, out List<HandlerRecord>? buffer))
            {
                _buffers[record.JobId] = buffer = new List<HandlerRecord>();
            }

            buffer.Add(record);
            if (buffer.Count >= MostBuffered)
            {
                full = buffer;
                _buffers.Remove(record.JobId);
            }
        }

        if (full is not null)
        {
            ShowGroup($"Job {record.JobId}", full);
        }
    }

    /// <summary>How far a transfer of a job is.</summary>
    public void Transfer(ProgressRecord bar)
    {
        bar.Activity = Neutral(bar.Activity);
        bar.StatusDescription = Neutral(bar.StatusDescription);
        Post(host => host.WriteProgress(bar));
    }

    /// <summary>The worker is at its end.</summary>
    public void Finish()
    {
        string[] paused;
        lock (_gate)
        {
            paused = _paused.ToArray();
        }

        foreach (string jobId in paused)
        {
            Resume(jobId);
        }

        foreach (JobReport skipped in Skipped)
        {
            _summary.Add(skipped);
        }

        if (Runner is Runner runner && !_summary.IsEmpty)
        {
            try
            {
                if (runner.Summarize(_summary.ToMarkdown()) is string command)
                {
                    Print(command);
                }
            }
            catch (Exception error) when (FileErrors.IsIoError(error))
            {
                Post(host => host.WriteWarning($"The step's summary could not be written: {error.Message}"));
            }
        }

        Post(host => host.WriteProgress(
            new ProgressRecord(BarId, "Third-party worker", "Done") { RecordType = ProgressRecordType.Completed }));
    }

    private static string LevelOf(WorkerEvent happened) => happened.Kind switch
    {
        WorkerEventKind.PollFailed or WorkerEventKind.ResultDelayed or WorkerEventKind.HandlerLeftBehind
            or WorkerEventKind.Warning => "warning",
        WorkerEventKind.JobSkipped when happened.Error is not null => "warning",
        WorkerEventKind.JobEnded when happened.Result?.Outcome == WorkerOutcomes.Failed => "error",
        WorkerEventKind.JobEnded
            when happened.Result is { } result && !WorkerOutcomes.IsGood(result.Outcome) => "warning",
        _ => "information",
    };

    private static string Sentence(WorkerEvent happened)
    {
        string about = happened.Job is JobTicket job ? $"[{job.JobId}] " : string.Empty;
        if (happened.Result is not JobReport result)
        {
            return Named(about, happened.Message.Length > 0 ? happened.Message : happened.Kind.ToString());
        }

        string type = result.FailureType is FailureType failure ? $" ({failure})" : string.Empty;
        string message = string.IsNullOrEmpty(result.Message) ? "." : ": " + result.Message;
        string end = FormattableString.Invariant($"{result.Outcome}{type} after {result.Duration.TotalSeconds:0.0} s");
        return Named($"[{result.JobId}] ", end + message);
    }

    /// <summary>Each line says whose it is: none of a job's text can pass for a line of the worker.</summary>
    private static string Named(string about, string text) =>
        about + text.Replace("\r\n", "\n").Replace('\r', '\n').Replace("\n", "\n" + about);

    /// <summary>A warning has no recommended action of its own, so that of its error goes into the text.</summary>
    private static string WithAdvice(string text, Exception? error) =>
        error is not null && ErrorCatalog.Find(error, target: null) is CommandError known
            ? $"{text.TrimEnd('.', ' ')}. {known.Advice}"
            : text;

    private static string TitleOf(WorkerEvent happened) => $"Job {happened.Job?.JobId} ({happened.Job?.ActionType})";

    private void End(WorkerEvent happened, JobReport result)
    {
        List<HandlerRecord>? written;
        bool isShown;
        lock (_gate)
        {
            _summary.Add(result);
            if (_buffers.TryGetValue(result.JobId, out written))
            {
                _buffers.Remove(result.JobId);
            }

            isShown = _shownErrors.Remove(result.JobId);
        }

        if (Runner is Runner runner)
        {
            if (IsParallel)
            {
                Resume(result.JobId);
                ShowGroup(TitleOf(happened), written ?? new List<HandlerRecord>());
            }
            else
            {
                Print(runner.EndGroup, before: () => Resume(result.JobId));
            }

            if (!WorkerOutcomes.IsGood(result.Outcome))
            {
                string type = result.FailureType is FailureType failure ? $"{failure}: " : string.Empty;
                Print(runner.Error($"Third-party job {result.JobId}", type + ControlCharacterFilter.Sanitize(result.Message ?? result.Outcome)));
            }
        }

        string? warning = result.Outcome == WorkerOutcomes.Failed && !isShown ? Neutral(Sentence(happened)) : null;
        Post(host =>
        {
            if (warning is not null)
            {
                host.WriteWarning(warning);
            }

            host.WriteObject(result.With(Neutral));
        });
    }

    /// <summary>From here to its end, the runner reads no commands in what the job prints.</summary>
    private void Begin(Runner runner, string jobId, string title)
    {
        lock (_gate)
        {
            _paused.Add(jobId);
        }

        if (IsParallel)
        {
            Commands.Pause();
        }
        else
        {
            Print(runner.Group(title), after: Commands.Pause);
        }
    }

    private void Resume(string jobId)
    {
        bool wasPaused;
        lock (_gate)
        {
            wasPaused = _paused.Remove(jobId);
        }

        if (wasPaused)
        {
            Commands.Resume();
        }
    }

    /// <summary>Where in the script an error is from: of the error itself a runner is shown nothing.</summary>
    private static string PlaceOf(ErrorRecord? error) =>
        error?.InvocationInfo is { ScriptLineNumber: > 0 } place && !string.IsNullOrEmpty(place.ScriptName)
            && error.FullyQualifiedErrorId?.StartsWith("NativeCommandError", StringComparison.Ordinal) != true
            ? FormattableString.Invariant($"\nat {place.ScriptName}: line {place.ScriptLineNumber}")
            : string.Empty;

    private void ShowGroup(string title, List<HandlerRecord> records)
    {
        string begin = Runner!.Group(title);
        string end = Runner.EndGroup;
        if (IsPipelineOver())
        {
            Commands.Write(begin);
            foreach (HandlerRecord record in records)
            {
                Console.WriteLine(HandlerStreamForwarder.Named(record));
            }

            Commands.Write(end);
            return;
        }

        Post(host =>
        {
            Commands.Write(begin);
            foreach (HandlerRecord record in records)
            {
                host.Relay(record);
            }

            Commands.Write(end);
        });
    }

    /// <summary>Gives the runner a command, in its turn with what is shown.</summary>
    private void Print(string command, Action? before = null, Action? after = null)
    {
        if (IsPipelineOver())
        {
            Do();
        }
        else
        {
            Post(_ => Do());
        }

        void Do()
        {
            before?.Invoke();
            Commands.Write(command);
            after?.Invoke();
        }
    }

    private string Neutral(string text) => Runner?.Neutral(text) ?? TerminalText.Sanitize(text);

    /// <summary>A job that cannot be claimed comes again with each lease.</summary>
    private bool IsToldAlready(WorkerEvent happened)
    {
        lock (_gate)
        {
            return happened.Kind == WorkerEventKind.JobSkipped && happened.Job is JobTicket job
                && _skipped.TryGetValue(job.JobId, out JobReport? known) && known.Message == happened.Message;
        }
    }

    private void Count(WorkerEvent happened)
    {
        lock (_gate)
        {
            if (happened.Kind == WorkerEventKind.JobClaimed && happened.Job is JobTicket claimed)
            {
                _claimed++;
                _running.Add(claimed.JobId);
                _skipped.Remove(claimed.JobId);
            }
            else if (happened is { Kind: WorkerEventKind.JobSkipped, Error: not null, Job: JobTicket job }
                && (_skipped.Count < MostSkipped || _skipped.ContainsKey(job.JobId)))
            {
                _skipped[job.JobId] = new JobReport
                {
                    JobId = job.JobId,
                    ClientId = job.ClientId,
                    ActionType = job.ActionType,
                    Outcome = WorkerOutcomes.Skipped,
                    StartedAt = happened.Time,
                    Message = happened.Message,
                };
            }
            else if (happened is { Kind: WorkerEventKind.JobEnded, Result: JobReport result })
            {
                _running.Remove(result.JobId);
                _done++;
                _failed += WorkerOutcomes.IsGood(result.Outcome) ? 0 : 1;
            }
        }
    }

    /// <summary>Now and then: a bar costs more than a short job.</summary>
    private void ShowBar()
    {
        ProgressRecord bar;
        lock (_gate)
        {
            if (!_pace.IsDue())
            {
                return;
            }

            bar = new ProgressRecord(
                BarId, $"Third-party worker: {ActionTypes}",
                $"{_running.Count} running, {_done} done, {_failed} failed");
        }

        Post(host => host.WriteProgress(bar));
    }
}
