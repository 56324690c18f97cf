using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class AsyncCommandTests
{
    private static readonly CommandError s_error = new(
        "SomeId", ErrorCategory.ResourceBusy, "target", new InvalidOperationException("x"), "message", "advice");

    [Fact]
    public void Write_AllStreams_KeepsOrder()
    {
        var progress = new ProgressRecord(0, "a", "b");
        using var command = new Command(async (self, stop) =>
        {
            self.WriteOut(1);
            self.VerboseOut("two");
            await Task.Yield();
            self.WarnOut("three");
            self.ErrorOut(s_error);
            await Task.Yield();
            self.DebugOut("five");
            self.ShowOut(progress);
            self.WriteOut(7);
        });

        FakeHost host = command.Run();

        Assert.Equal(
            new object[]
            {
                1, new FakeHost.Line("verbose", "two"), new FakeHost.Line("warning", "three"), s_error,
                new FakeHost.Line("debug", "five"), progress, 7,
            },
            host.All);
    }

    [Fact]
    public void Write_FromManyThreads_RunsOnPipelineThread()
    {
        using var command = new Command((self, _) => Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                self.WriteOut((worker, i));
            }
        }))));

        FakeHost host = command.Run();

        Assert.Equal(8000, host.Objects.Count);
        Assert.Equal(new[] { Environment.CurrentManagedThreadId }, host.Threads);
        Assert.All(
            host.Objects.Cast<(int Worker, int I)>().GroupBy(each => each.Worker),
            worker => Assert.Equal(Enumerable.Range(0, 1000), worker.Select(each => each.I)));
    }

    [Fact]
    public void RecordException_WritesErrorAndContinues()
    {
        int records = 0;
        using var command = new Command(async (self, _) =>
        {
            await Task.Yield();
            if (++records == 1)
            {
                throw new InvalidInputException("JobId", "JobId is empty.", "Give one.");
            }

            self.WriteOut("second");
        });
        FakeHost host = command.Start();

        command.Process();
        command.Process();

        Assert.Equal("InvalidInput", Assert.Single(host.Errors).Id);
        Assert.Equal("second", Assert.Single(host.Objects));
    }

    [Fact]
    public void ErrorOfARecord_IsAboutTheRecordsTarget()
    {
        using var command = new Command(
            (_, _) => throw new InvalidInputException("JobId", "JobId is empty.", "Give one.")) { About = "job-7" };

        Assert.Equal("job-7", Assert.Single(command.Run().Errors).Target);
    }

    [Fact]
    public void TerminatingException_EndsPipeline()
    {
        using var command = new Command(async (_, _) =>
        {
            await Task.Yield();
            throw new TerminatingException(s_error);
        });
        FakeHost host = command.Start();

        Assert.Same(s_error, Assert.Throws<TerminatedException>(command.Process).Error);
        Assert.Empty(host.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exception_Unknown_EndsPipelineWithUnexpected(bool late)
    {
        using var command = new Command(async (self, _) =>
        {
            self.WriteOut("before");
            if (late)
            {
                await Task.Yield();
            }

            throw new FormatException("a mistake of ours");
        });
        FakeHost host = command.Start();

        TerminatedException end = await Assert.ThrowsAsync<TerminatedException>(
            () => Task.Run(command.Process).WaitAsync(Until.Patience));

        Assert.Equal("Unexpected", end.Error.Id);
        Assert.IsType<FormatException>(end.Error.Exception);
        Assert.Equal("before", Assert.Single(host.Objects));
    }

    [Fact]
    public async Task Stop_EndsAWaitingHookWithinASecond()
    {
        using var command = new Command((_, stop) => Task.Delay(Timeout.Infinite, stop));
        command.Start();
        Task pipeline = Task.Run(command.Process);
        await Until.TrueAsync(() => command.IsRunning);

        var watch = Stopwatch.StartNew();
        command.Stop();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => pipeline.WaitAsync(Until.Patience));
        Assert.True(watch.Elapsed < Until.Soon);
    }

    [Fact]
    public async Task Stop_IsNeverReportedAsAnError()
    {
        using var command = new Command(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
        });
        FakeHost host = command.Start();
        Task pipeline = Task.Run(command.Process);
        await Until.TrueAsync(() => command.IsRunning);

        command.Stop();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => pipeline.WaitAsync(Until.Patience));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Stop_WaitsForHookCleanup()
    {
        bool tidied = false;
        using var command = new Command(async (self, stop) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                await Task.Yield();
                tidied = true;
            }
        });
        command.Start();
        Task pipeline = Task.Run(command.Process);
        await Until.TrueAsync(() => command.IsRunning);

        command.Stop();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => pipeline.WaitAsync(Until.Patience));
        Assert.True(tidied);
    }

    [Fact]
    public async Task DownstreamEnd_CancelsAndDrainsHook()
    {
        bool cancelled = false;
        using var command = new Command(async (self, stop) =>
        {
            await Task.Yield();
            try
            {
                for (int i = 0; ; i++)
                {
                    self.WriteOut(i);
                    await Task.Yield();
                    stop.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                cancelled = stop.IsCancellationRequested;
                self.WriteOut("a straggler");
            }
        });
        FakeHost host = command.Start();
        host.OnObject = _ => throw new PipelineStoppedException();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => Task.Run(command.Process).WaitAsync(Until.Patience));

        Assert.True(cancelled);
        Assert.Equal(0, Assert.Single(host.Objects));
    }

    [Fact]
    public void Write_AfterHookEnded_IsDropped()
    {
        string round = "first";
        using var command = new Command((self, _) =>
        {
            self.WriteOut(round + " 1");
            self.WriteOut(round + " 2");
            return Task.CompletedTask;
        });
        FakeHost host = command.Start();
        host.OnObject = _ => throw new PipelineStoppedException();
        Assert.Throws<PipelineStoppedException>(command.Process);

        host.OnObject = null;
        round = "second";
        command.Process();

        Assert.Equal(new[] { "first 1", "second 1", "second 2" }, host.Objects);
    }

    [Fact]
    public async Task Dispose_CancelsWhatStillRuns()
    {
        CancellationToken seen = default;
        var command = new Command((_, stop) =>
        {
            seen = stop;
            return Task.CompletedTask;
        });
        command.Start();
        await Task.Run(command.Process);
        Assert.False(seen.IsCancellationRequested);

        command.Dispose();

        Assert.True(seen.IsCancellationRequested);
        command.Dispose();
    }

    [Fact]
    public void Stop_AfterTheEnd_DoesNoHarm()
    {
        var command = new Command((_, _) => Task.CompletedTask);
        command.Run();

        command.Stop();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ask_IsAnsweredOnThePipelineThread(bool late)
    {
        int thread = 0;
        bool answer = false;
        using var command = new Command(async (self, stop) =>
        {
            if (late)
            {
                await Task.Yield();
            }

            answer = await self.AskAsync(
                host =>
                {
                    thread = Environment.CurrentManagedThreadId;
                    return host.ShouldProcess("target", "action");
                },
                stop);
        });

        FakeHost host = command.Run();

        Assert.True(answer);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(new FakeHost.Question("target", "action"), Assert.Single(host.Questions));
    }

    [Fact]
    public void Ask_ComesAfterWhatWasWrittenBefore()
    {
        using var command = new Command(async (self, stop) =>
        {
            self.WriteOut("before");
            await self.AskAsync(host => host.ShouldProcess("target", "action"), stop);
            self.WriteOut("after");
        });

        Assert.Equal(
            new object[] { "before", new FakeHost.Question("target", "action"), "after" }, command.Run().All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ask_FunctionThrows_HookGetsException(bool late)
    {
        Exception? caught = null;
        using var command = new Command(async (self, stop) =>
        {
            if (late)
            {
                await Task.Yield();
            }

            caught = await Record.ExceptionAsync(() =>
                self.AskAsync<bool>(_ => throw new RuntimeException("the script failed"), stop));
        });

        command.Run();

        Assert.Equal("the script failed", Assert.IsType<RuntimeException>(caught).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_PipelineEnds_CancelsHook(bool late)
    {
        Exception? caught = null;
        using var command = new Command(async (self, stop) =>
        {
            if (late)
            {
                await Task.Yield();
            }

            try
            {
                await self.AskAsync<bool>(_ => throw new PipelineStoppedException(), stop);
            }
            catch (Exception error)
            {
                caught = error;
                throw;
            }
        });
        FakeHost host = command.Start();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => Task.Run(command.Process).WaitAsync(Until.Patience));

        Assert.IsAssignableFrom<OperationCanceledException>(caught);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Ask_ThatIsStillQueuedAtAStop_IsCancelled()
    {
        using var release = new ManualResetEventSlim();
        using var command = new Command(async (self, stop) =>
        {
            await Task.Yield();
            self.WriteOut("holds the pipeline thread");
            await self.AskAsync(host => host.ShouldProcess("never", "asked"), stop);
        });
        FakeHost host = command.Start();
        using var held = new ManualResetEventSlim();
        host.OnObject = _ =>
        {
            held.Set();
            release.Wait(Until.Patience);
            throw new PipelineStoppedException();
        };
        Task pipeline = Task.Run(command.Process);
        Assert.True(held.Wait(Until.Patience));

        command.Stop();
        release.Set();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => pipeline.WaitAsync(Until.Patience));
        Assert.Empty(host.Questions);
    }

    [Fact]
    public void Current_AfterNestedCommand_IsCaller()
    {
        var seen = new List<AsyncCommand?>();
        using var inner = new Command(async (_, _) =>
        {
            await Task.Yield();
            seen.Add(AsyncCommand.Current);
        });
        using var outer = new Command(async (self, stop) =>
        {
            await Task.Yield();
            await self.AskAsync(_ => inner.Run(), stop);
            seen.Add(AsyncCommand.Current);
        });

        outer.Run();

        Assert.Equal(new AsyncCommand?[] { inner, outer }, seen);
        Assert.Null(AsyncCommand.Current);
    }

    private sealed class Command(Func<Command, CancellationToken, Task> process) : AsyncCommand
    {
        private volatile bool _isRunning;

        public bool IsRunning => _isRunning;

        public object? About { get; init; }

        private protected override object? Target => About;

        public FakeHost Start()
        {
            var host = new FakeHost();
            Shell = host;
            this.Begin();
            return host;
        }

        public void WriteOut(object value) => Write(value);

        public void VerboseOut(string text) => WriteVerboseLine(text);

        public void WarnOut(string text) => WriteWarningLine(text);

        public void DebugOut(string text) => WriteDebugLine(text);

        public void ShowOut(ProgressRecord progress) => ShowProgress(progress);

        public void ErrorOut(CommandError error) => WriteErrorRecord(error);

        private protected override Task ProcessAsync(CancellationToken cancellationToken)
        {
            _isRunning = true;
            return process(this, cancellationToken);
        }
    }
}
