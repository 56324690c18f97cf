using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// Runs a worker in this process on an emulator with faults until all jobs have ended. Then checks the invariants: each
/// job has one result and ran once, outputs are complete, and no files or multipart uploads remain.
/// </summary>
/// <remarks>
/// The run does not wait for real time: pauses of the worker end at once, and the emulator's clock jumps ahead when the
/// worker is idle and waits for the lease of a job to expire.
/// </remarks>
internal sealed class FaultyRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_age = TimeSpan.FromDays(3);
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(1);

    // The longest pause of the worker is 30 s.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly FaultyRunOptions _options;
    private readonly TempFolder _folder = new();
    private readonly EmulatedService _service;
    private readonly FaultyHandler _handler;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<WorkerEvent> _events = new();
    private readonly string[] _before;
    private int _inHands;

    public FaultyRun(FaultyRunOptions options)
    {
        _options = options;
        _service = new EmulatedService(new EmulatorOptions
        {
            Clock = ServiceClock,
            LeaseTime = s_lease,
            JobTimeLimit = options.JobTimeLimit,
            ContinuationDelay = TimeSpan.FromSeconds(1),
            AllowedClockSkew = options.AllowedClockSkew,
        });

        // Start some days in the past: a run may set the clock back, and jobs must not be in the future then.
        ServiceClock.Leap(-s_age);
        foreach ((string wish, int index) in options.Wishes.Select((wish, index) => (wish, index)))
        {
            Emulator.AddJob(FaultyHandler.Job(EmulatedService.Type, $"client-{index % 5}", wish));
        }

        ServiceClock.Leap(s_age);
        _handler = new FaultyHandler(options.AtHandlersEnd);
        Options = options.Worker(new WorkerOptions
        {
            ActionTypes = [EmulatedService.Type],
            ThrottleLimit = options.ThrottleLimit,
            WorkDirectory = _folder.PathOf("work"),

            // The worker's clock accelerates during a claim, but the emulator's lease does not.
            ClaimWindow = TimeSpan.FromDays(30),
        });
        _before = InWorkDirectory();
    }

    public ThirdPartyEmulator Emulator => _service.Emulator;

    /// <summary>The emulator's clock.</summary>
    public LeapingClock ServiceClock { get; } = new();

    public WorkerOptions Options { get; }

    private string JournalPath => _options.JournalPath ?? _folder.PathOf("journal");

    /// <summary>The events that the worker reported.</summary>
    public IReadOnlyCollection<WorkerEvent> Events => _events;

    public IEnumerable<JobReport> Results =>
        _events.Select(each => each.Result).OfType<JobReport>();

    /// <summary>The first job.</summary>
    public EmulatedJob Job => Emulator.GetJobs()[0];

    public int Runs => Emulator.GetJobs().Sum(job => _handler.RunsOf(job.JobId));

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Runs until all jobs have ended.</summary>
    public async Task RunAsync()
    {
        Emulator.OrderFaults(FaultPlan.Parse(_options.Plan));
        var tokens = new TokenMapSource(new Dictionary<string, Secret>(Emulator.GetClients()), "the run");
        ClientSettings settings = _options.Settings(
            _service.Settings with { MaxAttempts = _options.CallAttempts, Timeout = _options.Timeout });
        TimeProvider clock = _options.Clock ?? new HurryingClock(s_longestPause);
        using ThirdPartyJobClient? own = _options.Client is null ? new ThirdPartyJobClient(settings) : null;
        var engine = new WorkerEngine(
            Options with { OpenJournal = WorkerJournal.Opener(JournalPath, clock) },
            new ThirdPartyJobQueue(
                new ThirdPartySession(null, settings, tokens, _options.Client ?? (_ => own!)), clock: clock),
            _handler,
            new Mover(
                new ArtifactMover(_options.Clock ?? new HastyTimeProvider(limit: _options.Timeout)),
                job => _options.Store(
                    job with { Settings = job.Settings with { MaxAttempts = _options.StoreAttempts } })),
            new Observer(this),
            clock);
        Task run = engine.RunAsync(_stop.Token);

        // If the worker does not end by itself, the later checks show which job it waits for.
        await Task.WhenAny(run, Task.Delay(s_patience, _stop.Token));
        await _stop.CancelAsync();
        await run.WaitAsync(s_patience);
        Emulator.OrderFaults(null);
    }

    /// <summary>Stops the worker before all jobs have ended.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Runs and returns all errors.</summary>
    public async Task<IReadOnlyList<string>> FindWrongAsync()
    {
        await RunAsync();
        return await WrongAsync();
    }

    /// <summary>Returns all violated invariants.</summary>
    public async Task<IReadOnlyList<string>> WrongAsync()
    {
        var wrong = new List<string>();
        foreach (EmulatedJob job in Emulator.GetJobs())
        {
            wrong.AddRange(
                WrongWith(job).Select(text => $"{_options.Name}: the job {text}: {job.FailureMessage ?? job.Status}"));
        }

        wrong.AddRange((await LeftAsync()).Select(text => $"{_options.Name}: {text}"));
        return wrong;
    }

    public void Dispose()
    {
        _service.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    private IEnumerable<string> WrongWith(EmulatedJob job)
    {
        if (job.Status is not (JobStatus.Succeeded or JobStatus.Failed))
        {
            yield return "has no result";
        }

        if (job.AcceptedResultCount != 1)
        {
            yield return $"has {job.AcceptedResultCount} results";
        }

        int runs = _handler.RunsOf(job.JobId);
        if (runs > 1 || (runs == 0 && job.Status == JobStatus.Succeeded))
        {
            yield return $"ran {runs} times";
        }

        // A job that should succeed may fail only because of its artifacts, and the message must say so.
        bool isOfArtifacts = job.FailureMessage?.StartsWith("Input artifact: ", StringComparison.Ordinal) == true
            || job.FailureMessage?.StartsWith("Output artifact: ", StringComparison.Ordinal) == true;
        if (job.Status == JobStatus.Failed && !isOfArtifacts && !_options.MayFailOtherwise
            && job.Configuration[FaultyHandler.Wish] != FaultyHandler.Fail)
        {
            yield return "was not to fail";
        }

        JobReport[] told = Results.Where(result => result.JobId == job.JobId).ToArray();
        if (told.Length != 1 || told[0].FailureType?.ToString() != job.FailureType
            || (told[0].Outcome == WorkerOutcomes.Failed) != (job.Status == JobStatus.Failed))
        {
            yield return $"was reported with the outcomes {string.Join(", ", told.Select(result => result.Outcome))}";
        }

        foreach (string text in job.Status == JobStatus.Succeeded ? FaultyHandler.WrongWith(Emulator, job) : [])
        {
            yield return text;
        }
    }

    /// <summary>Returns files, journal entries and uploads that remain after the worker has ended.</summary>
    private async Task<IReadOnlyList<string>> LeftAsync()
    {
        var left = new List<string>();
        left.AddRange(InWorkDirectory().Except(_before).Select(path => $"'{path}' remains"));

        string path = JournalPath;
        if (File.Exists(path))
        {
            using WorkerJournal journal = WorkerJournal.Open(path, TimeProvider.System);
            left.AddRange(journal.PendingEntries.Select(
                entry => $"the journal has job {entry.Job.JobId} at {entry.Stage}"));
            if (File.Exists(path + ".new"))
            {
                left.Add("half a journal was left");
            }
        }

        // If S3 rejected an abort, the worker reported the upload.
        left.AddRange((await StoredParts.FindAsync(_service))
            .Where(parts => !_events.Any(
                told => told.Kind == WorkerEventKind.Warning && told.Message.Contains(parts.UploadId)))
            .Select(parts => parts.ToString()));
        return left;
    }

    private string[] InWorkDirectory() => Directory.Exists(Options.WorkDirectory)
        ? Directory.GetFileSystemEntries(Options.WorkDirectory, "*", SearchOption.AllDirectories)
        : [];

    /// <summary>
    /// Whether the last poll returned no job and the worker is idle, so that open jobs wait for their lease to expire.
    /// </summary>
    private void LookAround()
    {
        if (Emulator.GetJobs().All(ChaosResult.IsFinal))
        {
            _stop.Cancel();
        }
        else
        {
            ServiceClock.Leap(s_lease);
        }
    }

    private sealed class Observer(FaultyRun run) : IWorkerObserver
    {
        public void Report(WorkerEvent happened)
        {
            run._events.Enqueue(happened);
            run._options.Seen?.Invoke(happened);
            switch (happened.Kind)
            {
                case WorkerEventKind.Polled when happened.Count == 0 && Volatile.Read(ref run._inHands) == 0:
                    run.LookAround();
                    break;
                case WorkerEventKind.Polled:
                    Interlocked.Add(ref run._inHands, happened.Count);
                    break;
                case WorkerEventKind.Recovered:
                    Interlocked.Increment(ref run._inHands);
                    break;
                case WorkerEventKind.JobSkipped or WorkerEventKind.JobEnded:
                    Interlocked.Decrement(ref run._inHands);
                    break;
            }
        }
    }

    private sealed class Mover(ArtifactMover mover, Func<JobArtifacts, JobArtifacts> change) : IArtifactMover
    {
        public Task SaveAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string destination,
            bool expand,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken) =>
            mover.SaveAsync(change(job), artifact, destination, expand, progress, cancellationToken);

        public Task PublishAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string path,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken) =>
            mover.PublishAsync(change(job), artifact, path, progress, cancellationToken);
    }
}
