using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Hosting;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class ReportingMoverTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeHost _host = new();

    [Fact]
    public async Task Transfer_ShowsItselfFiveTimesASecond_HoweverOftenItTells()
    {
        var heard = new List<long>();

        await MoveAsync(
            bar =>
            {
                for (int i = 1; i <= 1000; i++)
                {
                    bar.Report(new TransferProgress(i, 1000));
                    _clock.Advance(TimeSpan.FromMilliseconds(1));
                }
            },
            new Ear(heard.Add));

        Assert.Equal(1000, heard.Count);
        Assert.Equal([0, 20, 40, 60, 80], Bars(ProgressRecordType.Processing).Select(bar => bar.PercentComplete));
        Assert.Equal(100, Assert.Single(Bars(ProgressRecordType.Completed)).PercentComplete);
    }

    [Fact]
    public async Task TransferThatFails_TakesItsBarAway()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => MoveAsync(_ => throw new TimeoutException()));

        Assert.Single(Bars(ProgressRecordType.Completed));
    }

    private IEnumerable<ProgressRecord> Bars(ProgressRecordType type) =>
        _host.Progress.Where(bar => bar.RecordType == type);

    private Task MoveAsync(Action<IProgress<TransferProgress>> move, IProgress<TransferProgress>? listener = null)
    {
        var report = new WorkerReport(_clock) { Post = action => action(_host) };
        var artifact = new JobArtifact("In", null, "S3", "bucket", "key");
        return new ReportingMover(new Mover(move), report, _clock)
            .SaveAsync(
                new JobArtifacts { JobId = "job-1" }, artifact, "in", expand: true, listener, CancellationToken.None);
    }

    private sealed class Ear(Action<long> hear) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => hear(value.Bytes);
    }

    private sealed class Mover(Action<IProgress<TransferProgress>> move) : IArtifactMover
    {
        public Task SaveAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string destination,
            bool expand,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken)
        {
            move(progress!);
            return Task.CompletedTask;
        }

        public Task PublishAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string path,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
