using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Client;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class DownloadTests
{
    private const int Large = 30_000_001;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData((8 * 1024 * 1024) + 1)]
    [InlineData(Large)]
    public async Task Save_ObjectOfAnyLength_MatchesStore(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);
        host.Put(content);

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));
        Assert.Equal(["in.bin"], host.Left);
        Assert.Contains(
            host.Said, text => text.Contains("CRC64NVME") && text.EndsWith(" matches.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cut-off=1@GetObject,limit=3")]
    [InlineData("drop-before=1@GetObject,limit=2")]
    [InlineData("drop-after=1@GetObject,skip=1,limit=2")]
    [InlineData("throttle=1@GetObject,limit=2")]
    [InlineData("internal-failure=1@GetObject,skip=2,limit=2")]
    [InlineData("service-unavailable=1@GetObject,limit=2")]
    [InlineData("cut-off=1@HeadObject,limit=2")]
    public async Task Save_TransientFaults_DownloadsWholeObject(string faults)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(Large);
        host.Put(content);
        host.Service.Order(faults);

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));
        Assert.Contains(host.Emulator.GetRequests(), request => request.Fault is not null);
    }

    [Fact]
    public async Task Save_InterruptedRepeatedly_Resumes()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(6_000_000);
        host.Put(content);
        host.Service.Order("cut-off=1@GetObject,limit=5");

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));
    }

    [Theory]
    [InlineData("throttle=1@GetObject", ArtifactFault.Throttled)]
    [InlineData("internal-failure=1@GetObject", ArtifactFault.Unavailable)]
    [InlineData("access-denied=1@GetObject,skip=2", ArtifactFault.AccessDenied)]
    [InlineData("expired-token=1@GetObject", ArtifactFault.CredentialsExpired)]
    [InlineData("corrupt=1@GetObject,skip=1", ArtifactFault.Damaged)]
    public async Task Save_PersistentFault_LeavesNothing(string faults, ArtifactFault fault)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        host.Service.Order(faults);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "new/in.bin"));

        Assert.Equal(fault, error.Fault);
        Assert.Contains("artifact 'In' of job", error.Message);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData("access-denied=1@HeadObject")]
    [InlineData("internal-failure=1@HeadObject")]
    public async Task Save_ChecksumUnavailable_Succeeds(string faults)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([1, 2, 3]);
        host.Service.Order(faults);

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(host.PathOf("in.bin")));
        Assert.Contains(host.Said, text => text.StartsWith("The checksum of", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("S4", "bucket", "key")]
    [InlineData("S3", null, "key")]
    [InlineData("S3", "bucket", null)]
    [InlineData(null, "bucket", "")]
    public async Task Save_NoLocation_FailsWithoutRequest(string? type, string? bucket, string? key)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveAsync(
                job, new JobArtifact("In", null, type, bucket, key), host.PathOf("in"), expand: false, null, default));

        Assert.Equal(ArtifactFault.NoLocation, error.Fault);
        Assert.DoesNotContain("GetObject", host.Operations);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_DestinationExists_FailsWithoutRequest(bool folder)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write(folder ? "in/keep" : "in", [1]);

        ArtifactTransferException error =
            await Assert.ThrowsAsync<ArtifactTransferException>(() => host.SaveAsync(job, "in"));

        Assert.Equal((ArtifactFault.DestinationExists, host.PathOf("in")), (error.Fault, error.Path));
        Assert.DoesNotContain("GetObject", host.Operations);
    }

    [Theory]
    [InlineData(false, "In/keep")]
    [InlineData(true, "In")]
    public async Task Save_ReplaceOtherKind_KeepsExistingDestination(bool expand, string there)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([7]);
        host.Write(there, [1, 2, 3]);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveIntoAsync(
                job, host.Input, host.PathOf("."), new SaveOptions { Expand = expand, Replace = true }, null, default));

        Assert.Equal(ArtifactFault.DestinationExists, error.Fault);
        Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(host.PathOf(there)));
    }

    [Fact]
    public async Task Save_ErrorResponse_HasRequestIdWithoutSecrets()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Service.Order("access-denied=1@GetObject");

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal(403, error.StatusCode);
        Assert.Contains(error.RequestId!, error.Message);
        Assert.Null(error.InnerException);
        Assert.DoesNotContain(job.Credentials!.SessionToken.Reveal(), error.ToString());
    }

    [Fact]
    public async Task Save_MissingObject_ReportsNotFound()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal((ArtifactFault.NotFound, "NoSuchKey"), (error.Fault, error.Code));
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ObjectReplacedDuringDownload_Fails()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        int replaced = 0;
        var progress = new Listener(at =>
        {
            // The first response contained the size; the other parts are not requested yet.
            if (Interlocked.Exchange(ref replaced, 1) == 0)
            {
                host.Put(ArtifactHost.Bytes(Large + 1));
            }
        });

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveAsync(job, host.Input, host.PathOf("in.bin"), expand: false, progress, default));

        Assert.Equal(ArtifactFault.Replaced, error.Fault);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ReplacedAfterChecksumRequest_ReportsReplaced()
    {
        using var host = new ArtifactHost();
        using var replaced = new ManualResetEventSlim();
        JobArtifacts job = await host.ReadAsync() with { Wire = OnWire };
        host.Put(ArtifactHost.Bytes(1000));

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "in.bin"));

        Assert.Equal(ArtifactFault.Replaced, error.Fault);
        Assert.Empty(host.Left);

        void OnWire(string text)
        {
            if (text.StartsWith("GetObject", StringComparison.Ordinal))
            {
                Assert.True(replaced.Wait(Until.Patience), "No checksum was requested.");
            }
            else if (text.EndsWith("succeeded.", StringComparison.Ordinal))
            {
                host.Put([.. Enumerable.Reverse(ArtifactHost.Bytes(1000))]);
                replaced.Set();
            }
        }
    }

    [Fact]
    public async Task Save_Cancelled_LeavesNothing()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Mover.SaveAsync(
            job, host.Input, host.PathOf("new/in.bin"), expand: false, new Listener(_ => stop.Cancel()), stop.Token));

        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ReplaceFails_KeepsExistingFile()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        host.Write("In.bin", [1, 2, 3]);
        host.Service.Order("corrupt=1@GetObject");

        await Assert.ThrowsAsync<ArtifactTransferException>(() => host.Mover.SaveIntoAsync(
            job, host.Input, host.PathOf("."), new SaveOptions { Replace = true }, null, default));

        Assert.Equal(["In.bin"], host.Left);
        Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(host.PathOf("In.bin")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_FileExists_ReplacesOnlyIfRequested(bool replace)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([7]);
        host.Write("In", [1, 2, 3]);

        Task<SavedArtifact> save = host.Mover.SaveIntoAsync(
            job, host.Input, host.PathOf("."), new SaveOptions { Replace = replace }, null, default);

        if (replace)
        {
            Assert.Equal(host.PathOf("In"), Path.GetFullPath((await save).Path));
        }
        else
        {
            Assert.Equal(
                ArtifactFault.DestinationExists,
                (await Assert.ThrowsAsync<ArtifactTransferException>(() => save)).Fault);
        }

        Assert.Equal(replace ? [7] : [1, 2, 3], File.ReadAllBytes(host.PathOf("In")));
        Assert.Equal(["In"], host.Left);
    }

    [Fact]
    public async Task Save_ParentIsFile_ErrorNamesPath()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([7]);
        host.Write("file", [1]);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.SaveAsync(job, "file/in.bin"));

        Assert.Equal(ArtifactFault.PathUnusable, error.Fault);
        Assert.Contains(host.PathOf("file"), error.Message);
    }

    [Fact]
    public async Task Save_PartFile_IsReadableToOwnerOnly()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        UnixFileMode? during = null;

        await host.Mover.SaveAsync(
            job, host.Input, host.PathOf("in.bin"), expand: false,
            new Listener(_ => during ??= Directory.GetFiles(host.PathOf("."), ".*").Select(Mode).FirstOrDefault()),
            default);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, during);
            Assert.Equal(Mode(host.Write("other", [1])), Mode(host.PathOf("in.bin")));
        }

        static UnixFileMode? Mode(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
    }

    [Fact]
    public async Task Save_Progress_EndsWithTotal()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(ArtifactHost.Bytes(Large));
        TransferProgress last = default;
        object gate = new();

        await host.Mover.SaveAsync(
            job, host.Input, host.PathOf("in.bin"), expand: false,
            new Listener(at =>
            {
                lock (gate)
                {
                    last = at.Bytes > last.Bytes ? at : last;
                }
            }),
            default);

        Assert.Equal(new TransferProgress(Large, Large), last);
    }

    [Fact]
    public async Task Save_BucketInAnotherRegion_FollowsRegion()
    {
        using var host = new ArtifactHost(new EmulatorOptions { ArtifactRegion = "eu-central-1" });
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(100);
        host.Put(content);

        await host.SaveAsync(job, "in.bin");
        int tried = host.Operations.Count();
        await host.SaveAsync(job, "again.bin");

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));

        // The second download knows the region: one GET, one HEAD.
        Assert.Equal(2, host.Operations.Count() - tried);
    }

    [Fact]
    public async Task Save_StoreWithoutRanges_ReadsWholeResponse()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789abcdef", 1_000_000));
        using var store = new CannedServer("200 OK\r\nETag: \"5d41\"", text);
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync(settings => settings with { S3EndpointUrl = store.Url });

        await host.SaveAsync(job, "in.bin");

        Assert.Equal(text, File.ReadAllText(host.PathOf("in.bin")));
        Assert.Contains(store.Heads, head => head.Contains("Range: bytes=0-", StringComparison.OrdinalIgnoreCase));
        Assert.Single(store.Heads, head => head.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Save_StalledStore_TimesOut()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var host = new ArtifactHost(new EmulatorOptions { Clock = clock }, clock);
        JobArtifacts job = await host.ReadAsync(
            settings => settings with { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(10) });
        host.Put([1]);
        host.Service.Order("slow=1@GetObject,delay=3600s");

        // Two timers are pending once the request has arrived: the store's delay and the client's stall timeout.
        Task save = host.SaveAsync(job, "in.bin");
        await Until.TrueAsync(() => clock.PendingTimers == 2);
        clock.Advance(TimeSpan.FromSeconds(10));
        await Until.TrueAsync(() => save.IsCompleted);

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(() => save);
        Assert.Equal(ConnectionFault.Timeout, error.Fault);
    }
}
