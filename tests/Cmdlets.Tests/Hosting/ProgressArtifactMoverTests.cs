using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Reporting;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class ProgressArtifactMoverTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeHost _host = new();

    [Fact]
    public async Task Transfer_FrequentReports_ShowsFivePerSecond()
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
        Assert.Single(Bars(ProgressRecordType.Completed));
    }

    [Fact]
    public async Task Bar_OfALongJobId_KeepsRoomForTheSizes()
    {
        await MoveAsync(bar => bar.Report(new TransferProgress(512, 2048)), jobId: new string('7', 512));

        ProgressRecord shown = Bars(ProgressRecordType.Processing).Single();
        Assert.Equal("[77777777] Downloading In", shown.Activity);
        Assert.StartsWith("512 B of 2.0 KiB", shown.StatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transfer_Fails_RemovesProgress()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => MoveAsync(bar =>
        {
            bar.Report(new TransferProgress(1, 2));
            throw new TimeoutException();
        }));

        Assert.Single(Bars(ProgressRecordType.Completed));
    }

    private IEnumerable<ProgressRecord> Bars(ProgressRecordType type) =>
        _host.Progress.Where(bar => bar.RecordType == type);

    private Task MoveAsync(
        Action<IProgress<TransferProgress>> move, IProgress<TransferProgress>? listener = null, string jobId = "job-1")
    {
        var report = new WorkerReport(_clock) { Post = action => action(_host) };
        var artifact = new JobArtifact("In", null, "S3", "bucket", "key");
        return new ProgressArtifactMover(new Mover(move), report, _clock)
            .SaveAsync(
                new JobArtifacts { JobId = jobId }, artifact, "in", expand: true, listener, CancellationToken.None);
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
