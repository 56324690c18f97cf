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

/// <summary>An engine with fakes and a manual clock.</summary>
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

            // The manual clock may run ahead of a thread that waits for a processor. The claim must not fail for that.
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

    /// <summary>Opens the journal at <see cref="JournalPath"/>; for <see cref="WorkerOptions.OpenJournal"/>.</summary>
    public Func<Task<IWorkerJournal>> OpenJournal => WorkerJournal.Opener(JournalPath, Clock);

    public string WorkPath => _folder.PathOf("work");

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Starts the engine. Every random number is 0.5.</summary>
    /// <param name="clock">A clock to use instead of the manual one.</param>
    public Task Start(TimeProvider? clock = null)
    {
        Engine = new WorkerEngine(Options, Queue, Handler, Mover, Observer, clock ?? Clock, () => 0.5);
        return Task.Run(() => Engine.RunAsync(_stop.Token));
    }

    public void Stop() => _stop.Cancel();

    /// <summary>Runs the engine to its end without advancing the clock.</summary>
    public async Task RunAsync()
    {
        Task run = Start();
        await run.WaitAsync(Until.Patience);
    }

    /// <summary>Advances the clock in small steps until a condition is true.</summary>
    public async Task PassUntilAsync(Func<bool> condition, TimeSpan? step = null)
    {
        DateTime end = DateTime.UtcNow + Until.Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The condition did not come true.");

            // Without a pending timer a thread is busy, and the clock must not jump under it.
            if (Clock.PendingTimers > 0)
            {
                Clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            }

            // Without a pause this loop could advance the clock by hours while another thread waits for a processor.
            await Task.Delay(1);
        }
    }

    /// <summary>Advances the clock until the engine ends.</summary>
    public Task EndAsync(Task run, TimeSpan? step = null) =>
        PassUntilAsync(() => run.IsCompleted, step).ContinueWith(_ => run).Unwrap();

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }
}
