using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class HandlerThreadTests : IDisposable
{
    private readonly HandlerThread _thread = new();

    public void Dispose() => _thread.Dispose();

    [Fact]
    public async Task HandlerThread_RunsWorkOnOneBackgroundThread()
    {
        var threads = new List<Thread>();
        for (int i = 0; i < 5; i++)
        {
            await _thread.RunAsync(() => threads.Add(Thread.CurrentThread)).WaitAsync(Until.Patience);
        }

        Assert.Equal(5, threads.Count);
        Assert.Single(threads.Distinct());
        Assert.True(threads[0].IsBackground);
        Assert.False(threads[0].IsThreadPoolThread);
    }

    [Fact]
    public async Task Work_Throws_ThreadContinues()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _thread.RunAsync(() => throw new InvalidOperationException("No.")).WaitAsync(Until.Patience));

        await _thread.RunAsync(() => { }).WaitAsync(Until.Patience);
    }

    [Fact]
    public async Task Dispose_ThreadEndsAfterCurrentWork()
    {
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        Thread? thread = null;
        Task work = _thread.RunAsync(() =>
        {
            thread = Thread.CurrentThread;
            begun.Set();
            gate.Wait();
        });
        Assert.True(begun.Wait(Until.Patience));

        _thread.Dispose();
        Assert.False(work.IsCompleted);
        gate.Set();
        await work.WaitAsync(Until.Patience);

        Assert.True(thread!.Join(Until.Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _thread.RunAsync(() => { }));
    }
}
