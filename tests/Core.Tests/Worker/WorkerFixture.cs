using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>An engine on fakes and a clock that a test moves.</summary>
internal sealed class WorkerFixture : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();

    public WorkerFixture()
    {
        Options = new WorkerOptions
        {
            ActionTypes = new[] { FakeQueue.Type },
            WorkDirectory = _folder.PathOf("work"),

            // Where the clock runs ahead of a thread that waits for its turn, a job must not be too old for that.
            ClaimWindow = TimeSpan.FromDays(30),
        };
    }

    public FakeQueue Queue { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public ManualTimeProvider Clock { get; } = new();

    public FakeHandler Handler { get; set; } = new();

    public IArtifactMover? Mover { get; set; }

    public WorkerOptions Options { get; set; }

    public WorkerEngine Engine { get; private set; } = null!;

    public string JournalPath => _folder.PathOf("journal.jsonl");

    /// <summary>Opens the journal at <see cref="JournalPath"/>, for the options.</summary>
    public Func<Task<IWorkerJournal>> OpenJournal => WorkerJournal.Opener(JournalPath, Clock);

    public string WorkPath => _folder.PathOf("work");

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Starts the engine; chance always gives the middle.</summary>
    /// <param name="clock">Another clock than the one that tests move on.</param>
    public Task Start(TimeProvider? clock = null)
    {
        Engine = new WorkerEngine(Options, Queue, Handler, Mover, Observer, clock ?? Clock, () => 0.5);
        return Task.Run(() => Engine.RunAsync(_stop.Token));
    }

    public void Stop() => _stop.Cancel();

    /// <summary>Runs to the end without any time passing, which is much said where no time is needed.</summary>
    public async Task RunAsync()
    {
        Task run = Start();
        await run.WaitAsync(Until.Patience);
    }

    /// <summary>Moves the clock on by small steps until something is so.</summary>
    public async Task PassUntilAsync(Func<bool> condition, TimeSpan? step = null)
    {
        DateTime end = DateTime.UtcNow + Until.Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The condition did not come true.");

            // While nobody waits for the clock, somebody is at work, and would find much time gone after it.
            if (Clock.PendingTimers > 0)
            {
                Clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            }

            // A loop without a pause moves the clock by hours while a busy machine lets another thread wait.
            await Task.Delay(1);
        }
    }

    /// <summary>Waits until the engine has come to rest, as far as timers tell.</summary>
    public Task EndAsync(Task run, TimeSpan? step = null) =>
        PassUntilAsync(() => run.IsCompleted, step).ContinueWith(_ => run).Unwrap();

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }
}
