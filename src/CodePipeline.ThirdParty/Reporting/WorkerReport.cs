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

/// <summary>Reports a worker's events to the user: streams, progress, result objects, log and CI runner.</summary>
internal sealed class WorkerReport : IWorkerObserver
{
    // Handlers' progress bars have ids below this one, derived from their job ids.
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
    private readonly Throttle _throttle;
    private int _claimed;
    private int _done;
    private int _failed;

    public WorkerReport(TimeProvider clock)
    {
        _clock = clock;
        _throttle = new Throttle(TimeSpan.FromMilliseconds(250), clock);
    }

    /// <summary>Runs an action on the pipeline thread: immediately if the caller is on it, otherwise queued.</summary>
    public Action<Action<ICommandHost>> Post { get; init; } = _ => { };

    /// <summary>Whether the pipeline has ended. Afterwards only the console can be written.</summary>
    public Func<bool> IsPipelineOver { get; init; } = () => false;

    public string ActionTypes { get; init; } = string.Empty;

    public Runner? Runner { get; init; }

    /// <summary>The output for lines after the pipeline has ended.</summary>
    public TextWriter Console { get; init; } = TextWriter.Null;

    /// <summary>The writer of runner commands.</summary>
    public RunnerCommandWriter Commands { get; init; } = new(TextWriter.Null, canPause: false);

    public WorkerLog? Log { get; init; }

    /// <summary>Whether the verbose stream is visible. Each line costs a turn of the pipeline thread.</summary>
    public bool IsVerbose { get; init; } = true;

    /// <summary>Whether handlers run in parallel. A runner then gets each job's output in one group.</summary>
    public bool IsParallel { get; init; }

    /// <summary>The output for urgent lines, because a stuck handler can block the pipeline thread.</summary>
    public TextWriter UrgentOutput { get; init; } = TextWriter.Null;

    /// <summary>The jobs that an error kept the worker from claiming, once each.</summary>
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

    /// <summary>Whether the worker claimed any job.</summary>
    public bool HasClaimed => Volatile.Read(ref _claimed) > 0;

    /// <inheritdoc/>
    public void Report(WorkerEvent workerEvent)
    {
        if (workerEvent.Kind == WorkerEventKind.Polled && workerEvent.Count == 0)
        {
            return;
        }

        string level = IsReportedSkip(workerEvent) ? "information" : LevelOf(workerEvent);
        Log?.Write(workerEvent, level);
        Count(workerEvent);
        switch (workerEvent.Kind)
        {
            case WorkerEventKind.HandlerStarted when Runner is Runner runner && workerEvent.Job is JobTicket job:
                Begin(runner, job.JobId, TitleOf(workerEvent));
                break;
            case WorkerEventKind.JobEnded when workerEvent.Result is JobReport result:
                End(workerEvent, result);
                break;
            case WorkerEventKind.JobSkipped when Runner is Runner runner && level == "warning":
                Print(runner.Warning(
                    $"Third-party job {workerEvent.Job?.JobId}", ControlCharacterFilter.Sanitize(workerEvent.Message)));
                break;
            case WorkerEventKind.HandlerLeftBehind when !IsParallel:
                UrgentOutput.WriteLine(Neutralize(MessageOf(workerEvent)));
                break;
            case WorkerEventKind.Warning when Runner is Runner runner:
                string warning = WithRecommendedAction(workerEvent.Message, workerEvent.Error);
                Print(runner.Warning("Third-party worker", ControlCharacterFilter.Sanitize(warning)));
                break;
        }

        if (level == "warning")
        {
            string text = Neutralize(WithRecommendedAction(MessageOf(workerEvent), workerEvent.Error));
            Post(host => host.WriteWarning(text));
        }
        else if (IsVerbose)
        {
            string text = Neutralize(MessageOf(workerEvent));
            Post(host => host.WriteVerbose(text));
        }

        ShowBar();
    }

    /// <summary>Reports a handler's record. Called on the handler's thread.</summary>
    public void ReportHandlerRecord(HandlerRecord record)
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
            ? record with { Text = Neutralize(record.Text), Activity = Neutralize(record.Activity).Replace('\n', ' ') }
            : record with
            {
                Text = Neutralize(record.Text + PositionOf(record.Original as ErrorRecord)),
                Activity = Neutralize(record.Activity).Replace('\n', ' '),
                IsForRunner = true,
            };
        if (Runner is null || !IsParallel || record.Stream == HandlerStream.Progress)
        {
            Post(host => host.ShowHandlerRecord(record));
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

    /// <summary>Shows the progress of a job's transfer.</summary>
    public void Transfer(ProgressRecord bar)
    {
        bar.Activity = Neutralize(bar.Activity);
        bar.StatusDescription = Neutralize(bar.StatusDescription);
        Post(host => host.WriteProgress(bar));
    }

    /// <summary>Ends the report: adds skipped jobs, writes the runner's summary and removes the progress bar.</summary>
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
                Post(host => host.WriteWarning($"Cannot write the step summary: {error.Message}"));
            }
        }

        Post(host => host.WriteProgress(
            new ProgressRecord(BarId, "Third-party worker", "Done") { RecordType = ProgressRecordType.Completed }));
    }

    private static string LevelOf(WorkerEvent workerEvent) => workerEvent.Kind switch
    {
        WorkerEventKind.PollFailed or WorkerEventKind.ResultDelayed or WorkerEventKind.HandlerLeftBehind
            or WorkerEventKind.Warning => "warning",
        WorkerEventKind.JobSkipped when workerEvent.Error is not null => "warning",
        WorkerEventKind.JobEnded when workerEvent.Result?.Outcome == WorkerOutcomes.Failed => "error",
        WorkerEventKind.JobEnded
            when workerEvent.Result is { } result && !WorkerOutcomes.IsGood(result.Outcome) => "warning",
        _ => "information",
    };

    private static string MessageOf(WorkerEvent workerEvent)
    {
        string about = workerEvent.Job is JobTicket job ? $"[{job.JobId}] " : string.Empty;
        if (workerEvent.Result is not JobReport result)
        {
            string text = workerEvent.Message.Length > 0 ? workerEvent.Message : workerEvent.Kind.ToString();
            return PrefixLines(about, text);
        }

        string type = result.FailureType is FailureType failure ? $" ({failure})" : string.Empty;
        string message = string.IsNullOrEmpty(result.Message) ? "." : ": " + result.Message;
        string end = FormattableString.Invariant($"{result.Outcome}{type} after {result.Duration.TotalSeconds:0.0} s");
        return PrefixLines($"[{result.JobId}] ", end + message);
    }

    /// <summary>
    /// Prefixes each line with the job id, so that a job's text cannot pass for a line of the worker.
    /// </summary>
    private static string PrefixLines(string about, string text) =>
        about + text.Replace("\r\n", "\n").Replace('\r', '\n').Replace("\n", "\n" + about);

    /// <summary>Appends the error's recommended action, because a warning has no field for it.</summary>
    private static string WithRecommendedAction(string text, Exception? error) =>
        error is not null && ErrorCatalog.Find(error, target: null) is CommandError known
            ? $"{text.TrimEnd('.', ' ')}. {known.RecommendedAction}"
            : text;

    private static string TitleOf(WorkerEvent workerEvent) =>
        $"Job {workerEvent.Job?.JobId} ({workerEvent.Job?.ActionType})";

    private void End(WorkerEvent workerEvent, JobReport result)
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
                ShowGroup(TitleOf(workerEvent), written ?? new List<HandlerRecord>());
            }
            else
            {
                Print(runner.EndGroup, before: () => Resume(result.JobId));
            }

            if (!WorkerOutcomes.IsGood(result.Outcome))
            {
                string type = result.FailureType is FailureType failure ? $"{failure}: " : string.Empty;
                Print(runner.Error(
                    $"Third-party job {result.JobId}",
                    type + ControlCharacterFilter.Sanitize(result.Message ?? result.Outcome)));
            }
        }

        string? warning =
            result.Outcome == WorkerOutcomes.Failed && !isShown ? Neutralize(MessageOf(workerEvent)) : null;
        Post(host =>
        {
            if (warning is not null)
            {
                host.WriteWarning(warning);
            }

            host.WriteObject(result.With(Neutralize));
        });
    }

    /// <summary>Starts a job's group. Until the job ends, the runner ignores commands in the job's output.</summary>
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

    /// <summary>The script position of an error, because a runner gets only the text of the error record.</summary>
    private static string PositionOf(ErrorRecord? error) =>
        error?.InvocationInfo is { ScriptLineNumber: > 0 } position && !string.IsNullOrEmpty(position.ScriptName)
            && error.FullyQualifiedErrorId?.StartsWith("NativeCommandError", StringComparison.Ordinal) != true
            ? FormattableString.Invariant($"\nat {position.ScriptName}: line {position.ScriptLineNumber}")
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
                Console.WriteLine(HandlerStreamForwarder.WithJobId(record));
            }

            Commands.Write(end);
            return;
        }

        Post(host =>
        {
            Commands.Write(begin);
            foreach (HandlerRecord record in records)
            {
                host.ShowHandlerRecord(record);
            }

            Commands.Write(end);
        });
    }

    /// <summary>Writes a runner command, in order with the other output.</summary>
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

    private string Neutralize(string text) => Runner?.Neutralize(text) ?? TerminalText.Sanitize(text);

    /// <summary>Whether this skip was already reported: an unclaimed job returns after each lease.</summary>
    private bool IsReportedSkip(WorkerEvent workerEvent)
    {
        lock (_gate)
        {
            return workerEvent.Kind == WorkerEventKind.JobSkipped && workerEvent.Job is JobTicket job
                && _skipped.TryGetValue(job.JobId, out JobReport? known) && known.Message == workerEvent.Message;
        }
    }

    private void Count(WorkerEvent workerEvent)
    {
        lock (_gate)
        {
            if (workerEvent.Kind == WorkerEventKind.JobClaimed && workerEvent.Job is JobTicket claimed)
            {
                _claimed++;
                _running.Add(claimed.JobId);
                _skipped.Remove(claimed.JobId);
            }
            else if (workerEvent is { Kind: WorkerEventKind.JobSkipped, Error: not null, Job: JobTicket job }
                && (_skipped.Count < MostSkipped || _skipped.ContainsKey(job.JobId)))
            {
                _skipped[job.JobId] = new JobReport
                {
                    JobId = job.JobId,
                    ClientId = job.ClientId,
                    ActionType = job.ActionType,
                    Outcome = WorkerOutcomes.Skipped,
                    StartedAt = workerEvent.Time,
                    Message = workerEvent.Message,
                };
            }
            else if (workerEvent is { Kind: WorkerEventKind.JobEnded, Result: JobReport result })
            {
                _running.Remove(result.JobId);
                _done++;
                _failed += WorkerOutcomes.IsGood(result.Outcome) ? 0 : 1;
            }
        }
    }

    /// <summary>Shows the worker's progress, throttled because progress costs more than a short job.</summary>
    private void ShowBar()
    {
        ProgressRecord bar;
        lock (_gate)
        {
            if (!_throttle.IsDue())
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
