using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// A job worker: polls for jobs, claims them, runs their handler, and delivers a result for every job that it claims.
/// </summary>
/// <remarks>
/// Independent of the family that a job belongs to. An engine runs once. Its parts: <see cref="JobSlots"/> decides,
/// <see cref="PollLoop"/> polls, <see cref="JobRun"/> takes one job to its delivered result, and
/// <see cref="JobRecovery"/> does so for jobs of the journal.
/// </remarks>
internal sealed class WorkerEngine
{
    private readonly WorkerContext _worker;
    private readonly JobSlots _slots;
    private readonly JobRecovery _recovery;
    private readonly PollLoop _loop;
    private int _started;

    /// <summary>Creates the engine; nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="queue">The service's side.</param>
    /// <param name="handler">Does the work.</param>
    /// <param name="artifacts">Moves artifacts; <see langword="null"/> to move none.</param>
    /// <param name="observer">Receives the worker's events.</param>
    /// <param name="clock">The only source of time.</param>
    /// <param name="random">The only source of chance, 0 to below 1; <see langword="null"/> for one of its own.</param>
    public WorkerEngine(
        WorkerOptions options,
        IJobQueue queue,
        IJobHandler handler,
        IArtifactMover? artifacts,
        IWorkerObserver observer,
        TimeProvider? clock = null,
        Func<double>? random = null)
    {
        options.Check();
        clock ??= TimeProvider.System;
        random ??= BackOff.Chance();
        _worker = new WorkerContext(options, queue, handler, artifacts, observer, clock, random);
        var scheduler = new PollScheduler(options.ActionTypes, options.PollInterval, random);
        _slots = new JobSlots(options, clock, scheduler);
        _recovery = new JobRecovery(_worker, _slots);
        _loop = new PollLoop(_worker, _slots, scheduler, _recovery);
    }

    /// <summary>
    /// Works until <see cref="WorkerOptions.MaxJobs"/>, a time limit or the stop, and until every claimed job has been
    /// reported.
    /// </summary>
    /// <param name="stop">
    /// Ends the worker: no more jobs, and <see cref="WorkerOptions.StopTimeout"/> for running handlers.
    /// </param>
    /// <exception cref="JournalException">The journal cannot be used.</exception>
    /// <exception cref="WorkDirectoryException">The work directory cannot be used.</exception>
    /// <exception cref="HandlersStuckException">
    /// For a minute, every slot has held a handler that cannot be stopped.
    /// </exception>
    /// <exception cref="Exception">
    /// The first poll of an action type failed with an error that no retry can change, or no poll ever succeeded.
    /// </exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A worker runs once.");
        }

        Exception? fatal;
        using var finished = new CancellationTokenSource();
        Task watch = Task.CompletedTask;
        try
        {
            if (_worker.Options.OpenJournal is Func<Task<IWorkerJournal>> open)
            {
                _worker.Journal = await open().ConfigureAwait(false);
            }

            OpenWorkDirectory();
            watch = _worker.Shutdown.WatchAsync(() => _loop.AnnounceEnd("No more jobs are taken."), finished.Token);
            using CancellationTokenRegistration stopped = stop.Register(_worker.Shutdown.RequestStop);
            using CancellationTokenRegistration awake = _worker.Shutdown.Stopping.Register(_slots.Changed.Set);
            _worker.Report(WorkerEventKind.Started, $"Polling for {string.Join(", ", _worker.Options.ActionTypes)}.");
            _recovery.Start();
            fatal = await _loop.RunAsync().ConfigureAwait(false);
            _recovery.Abandon();
            while (_slots.HasJobsInFlight)
            {
                await _slots.Changed.WaitAsync(limit: null, _worker.Clock).ConfigureAwait(false);
            }
        }
        finally
        {
            finished.Cancel();
            await watch.ConfigureAwait(false);
            _worker.WorkDirectory.Dispose();
            await _worker.Journal.DisposeAsync().ConfigureAwait(false);
        }

        _worker.Report(WorkerEventKind.Stopped, $"The worker has ended after {PollLoop.Jobs(_slots.Claimed)}.");
        if (fatal is not null)
        {
            ExceptionDispatchInfo.Capture(fatal).Throw();
        }
    }

    /// <summary>Checks the work directory before any job is taken: an unusable one would fail every job.</summary>
    private void OpenWorkDirectory()
    {
        _worker.WorkDirectory.DeleteStale();
        if (_worker.Options.WorkDirectory is null && _worker.Mover is null)
        {
            return;
        }

        try
        {
            _worker.WorkDirectory.Open();
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw new WorkDirectoryException(_worker.Options.WorkDirectory ?? System.IO.Path.GetTempPath(), error);
        }
    }
}
