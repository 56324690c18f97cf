using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
using CodePipeline.ThirdParty.Emulation;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class UploadTests
{
    private const int Large = 40_000_001;
    private const string JobsKey = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 * 1024)]
    [InlineData((16 * 1024 * 1024) + 1)]
    [InlineData(Large)]
    public async Task Publish_FileOfAnyLength_UploadsItUnchanged(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);

        UploadedObject uploaded = await host.PublishAsync(job, content);

        Assert.Equal(content, host.Published());
        Assert.Equal(length, uploaded.Bytes);
        Assert.NotNull(uploaded.ETag);
        Assert.Equal("CRC32", host.PublishedObject!.ChecksumAlgorithm);
        Assert.DoesNotContain("-", host.PublishedObject.Checksum);
    }

    [Theory]
    [InlineData("cut-off=1@UploadPart,limit=3")]
    [InlineData("drop-before=1@PutObject,limit=2")]
    [InlineData("drop-after=1@UploadPart,skip=1,limit=2")]
    [InlineData("throttle=1@CreateMultipartUpload,limit=2")]
    [InlineData("internal-failure=1@UploadPart,skip=2,limit=2")]
    [InlineData("service-unavailable=1@CompleteMultipartUpload,limit=2")]
    [InlineData("corrupt=1@UploadPart,limit=2")]
    [InlineData("drop-after=1@CompleteMultipartUpload,limit=1")]
    [InlineData("garbled=1@CreateMultipartUpload,limit=2")]
    [InlineData("garbled=1@CompleteMultipartUpload,limit=1")]
    public async Task Publish_TransientFaults_UploadsWholeFile(string faults)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(faults.Contains("PutObject") ? 1000 : Large);
        host.Service.Order(faults);

        await host.PublishAsync(job, content);

        Assert.Equal(content, host.Published());
        Assert.Contains(host.Emulator.GetRequests(), request => request.Fault is not null);
    }

    [Theory]
    [InlineData("throttle=1@UploadPart,skip=2", ArtifactFault.Throttled)]
    [InlineData("access-denied=1@UploadPart,skip=1", ArtifactFault.AccessDenied)]
    [InlineData("corrupt=1@UploadPart", ArtifactFault.Damaged)]
    [InlineData("access-denied=1@CompleteMultipartUpload", ArtifactFault.AccessDenied)]
    [InlineData("access-denied=1@CreateMultipartUpload", ArtifactFault.AccessDenied)]
    [InlineData("garbled=1@CreateMultipartUpload", ArtifactFault.UnexpectedResponse)]
    public async Task Publish_PersistentFault_LeavesNothingInStore(string faults, ArtifactFault fault)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Service.Order(faults);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.PublishAsync(job, ArtifactHost.Bytes(Large)));

        Assert.Equal(fault, error.Fault);
        Assert.Null(host.PublishedObject);
        bool begun = !faults.Contains("CreateMultipartUpload");
        Assert.Equal(begun ? 1 : 0, host.Operations.Count(operation => operation == "AbortMultipartUpload"));
        Assert.Empty(host.Warned);
    }

    [Theory]
    [InlineData("access-denied=1@PutObject", false, ArtifactFault.AccessDenied)]
    [InlineData("access-denied=1@PutObject", true, ArtifactFault.AccessDenied)]
    [InlineData("access-denied=1@CreateMultipartUpload", true, ArtifactFault.AccessDenied)]
    public async Task Publish_SmallFileOrFolderPersistentFault_ReportsFault(
        string faults, bool folder, ArtifactFault fault)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string file = host.Write("folder/a", ArtifactHost.Bytes(faults.Contains("PutObject") ? 1000 : Large));
        host.Service.Order(faults);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, folder ? host.PathOf("folder") : file, null, default));

        Assert.Equal(fault, error.Fault);
        Assert.Null(host.PublishedObject);
    }

    [Fact]
    public async Task Publish_AbortFails_WarnsAndReportsFirstError()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Service.Order("access-denied=1@UploadPart;access-denied=1@AbortMultipartUpload");

        await Assert.ThrowsAsync<ArtifactTransferException>(() => host.PublishAsync(job, ArtifactHost.Bytes(Large)));

        string warning = Assert.Single(host.Warned);
        Assert.Contains("could not be deleted", warning);
        Assert.Contains("AccessDenied", warning);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_Cancelled_AbortsAndLeavesNothing(bool folder)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        using var stop = new CancellationTokenSource();
        string file = host.Write("folder/out.bin", ArtifactHost.Bytes(Large));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Mover.PublishAsync(
            job, host.Output, folder ? host.PathOf("folder") : file, new Listener(_ => stop.Cancel()), stop.Token));

        Assert.Null(host.PublishedObject);
        Assert.Contains("AbortMultipartUpload", host.Operations);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(JobsKey)]
    public async Task Publish_JobWithOrWithoutKey_EncryptsWithThatOrManagedKey(string? key)
    {
        using var host = new ArtifactHost(keyId: key);
        JobArtifacts job = await host.ReadAsync();

        await host.PublishAsync(job, [1]);
        EmulatedObject small = host.PublishedObject!;
        await host.PublishAsync(job, ArtifactHost.Bytes(Large));

        foreach (EmulatedObject each in new[] { small, host.PublishedObject! })
        {
            // Without a key of the job, S3 uses the AWS managed key and returns its ID.
            Assert.Equal("aws:kms", each.ServerSideEncryption);
            Assert.Equal(key is not null, each.EncryptionKeyId == JobsKey);
        }
    }

    [Theory]
    [InlineData(JobsKey, "kms", true)]
    [InlineData(JobsKey, "Other", false)]
    [InlineData("", "KMS", false)]
    [InlineData(null, "KMS", false)]
    public async Task Publish_InvalidEncryptionKey_EncryptsWithManagedKey(string? id, string? type, bool isOne)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync() with { EncryptionKey = new EncryptionKey(id, type) };

        await host.PublishAsync(job, [1]);

        Assert.Equal(isOne, host.PublishedObject!.EncryptionKeyId == JobsKey);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task Publish_Folder_UploadsZip(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a/b.bin", ArtifactHost.Bytes(length));
        Directory.CreateDirectory(host.PathOf("folder/empty"));

        UploadedObject first = await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);
        byte[] zip = host.Published();
        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);

        Assert.Equal(zip, host.Published());
        Assert.Equal(zip.Length, first.Bytes);
        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(["a/b.bin", "empty/"], archive.Entries.Select(entry => entry.FullName).Order());
        using Stream entry = archive.GetEntry("a/b.bin")!.Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        Assert.Equal(ArtifactHost.Bytes(length), content.ToArray());
    }

    [Fact]
    public async Task Publish_FolderWithTransientFaults_UploadsWholeZip()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/b.bin", ArtifactHost.Bytes(Large));
        host.Service.Order("cut-off=0.3@UploadPart,limit=3;seed=5");

        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);

        using var archive = new ZipArchive(new MemoryStream(host.Published()));
        Assert.Equal(Large, archive.GetEntry("b.bin")!.Length);
    }

    [Fact]
    public async Task Publish_MissingPath_ErrorNamesPath()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, host.PathOf("nowhere"), null, default));

        Assert.Equal(ArtifactFault.SourceNotFound, error.Fault);
        Assert.Contains(host.PathOf("nowhere"), error.Message);
    }

    [Fact]
    public async Task Publish_FileGrowsDuringUpload_Fails()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string path = host.Write("out", ArtifactHost.Bytes(Large));
        int changed = 0;
        var change = new Listener(_ =>
        {
            if (Interlocked.Exchange(ref changed, 1) == 0)
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                file.WriteByte(1);
            }
        });

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, path, change, default));

        Assert.Equal(ArtifactFault.SourceChanged, error.Fault);
        Assert.Null(host.PublishedObject);
    }

    // The upload may then contain bytes of two versions of the file.
    [Theory]
    [InlineData("grow", 1000)]
    [InlineData("cut", 1000)]
    [InlineData("overwrite", 1000)]
    [InlineData("touch", 1000)]
    [InlineData("overwrite", Large)]
    [InlineData("replace", Large)]
    public async Task Publish_FileWrittenDuringUpload_Fails(string how, int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string path = host.Write("out", ArtifactHost.Bytes(length));
        DateTime other = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        int looked = 0;
        var change = new Listener(_ =>
        {
            if (Interlocked.Exchange(ref looked, 1) != 0)
            {
                return;
            }

            if (how == "replace")
            {
                File.WriteAllBytes(path + ".new", new byte[length]);
                File.Move(path + ".new", path, overwrite: true);
            }
            else
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.SetLength(length + (how == "grow" ? 1 : how == "cut" ? -1 : 0));
                file.WriteByte(77);
            }

            File.SetLastWriteTimeUtc(path, other);
        });

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, path, change, default));

        Assert.Equal((ArtifactFault.SourceChanged, path), (error.Fault, error.Path));
        Assert.Null(host.PublishedObject);
        Assert.DoesNotContain("CompleteMultipartUpload", host.Operations);
    }

    [UnixTheory]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(1, false)]
    [InlineData(0, false)]
    [InlineData(Large, true)]
    public async Task Publish_LinkToFile_UploadsTarget(int length, bool isAbsolute)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string file = host.Write("elsewhere/target.bin", ArtifactHost.Bytes(length));
        File.CreateSymbolicLink(host.PathOf("first"), isAbsolute ? file : "./elsewhere/target.bin");
        File.CreateSymbolicLink(host.PathOf("link"), "first");

        UploadedObject uploaded = await host.Mover.PublishAsync(
            job, host.Output, host.PathOf("link"), progress: null, default);

        Assert.Equal(length, uploaded.Bytes);
        Assert.Equal(ArtifactHost.Bytes(length), host.Published());
    }

    [UnixTheory]
    [InlineData("nowhere", ArtifactFault.SourceNotFound)]
    [InlineData("link", ArtifactFault.PathUnusable)]
    public async Task Publish_BrokenLink_Fails(string target, ArtifactFault fault)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        File.CreateSymbolicLink(host.PathOf("link"), target);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, host.PathOf("link"), progress: null, default));

        Assert.Equal(fault, error.Fault);
    }

    // Opening a pipe would block until another process opens its other end.
    [UnixTheory]
    [InlineData("pipe")]
    [InlineData("link to a pipe")]
    [InlineData("socket")]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public async Task Publish_PipeSocketOrDevice_FailsImmediately(string what)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string path = what[0] == '/' ? what : host.PathOf("special");
        if (what == "socket")
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
        }
        else if (what == "pipe")
        {
            NamedPipe.Make(path);
        }
        else if (what[0] != '/')
        {
            NamedPipe.Make(host.PathOf("pipe"));
            File.CreateSymbolicLink(path, "pipe");
        }

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, path, progress: null, default));

        Assert.Equal((ArtifactFault.PathUnusable, path), (error.Fault, error.Path));
        Assert.DoesNotContain("PutObject", host.Operations);
    }

    [LinuxFact]
    public async Task Publish_FileWithoutLength_Fails()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, "/proc/self/status", progress: null, default));

        Assert.Equal(ArtifactFault.PathUnusable, error.Fault);
    }

    [UnixTheory]
    [InlineData(1901)]
    [InlineData(1969)]
    [InlineData(2300)]
    public async Task Publish_FolderWithFileOfAnyTime_UploadsZip(int year)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        File.SetLastWriteTimeUtc(
            host.Write("folder/empty", []), new DateTime(year, 6, 1, 0, 0, 0, DateTimeKind.Utc));

        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);

        using var archive = new ZipArchive(new MemoryStream(host.Published()));
        Assert.Equal("empty", Assert.Single(archive.Entries).FullName);
    }

    [UnixFact]
    public async Task Publish_LinksSkipped_WarnsWithTheirNames()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a", [1]);
        File.CreateSymbolicLink(host.PathOf("folder/out"), "/etc/passwd");

        await new ArtifactMover(host.Clock) { Links = LinkTreatment.Skip }.PublishAsync(
            job, host.Output, host.PathOf("folder"), null, default);

        using var archive = new ZipArchive(new MemoryStream(host.Published()));
        Assert.Equal("a", Assert.Single(archive.Entries).FullName);
        Assert.Contains("'out'", Assert.Single(host.Warned), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ZipExceedsDefaultLimits_WarnsWithRequiredLimit()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        using (FileStream file = File.Create(host.PathOf("holes")))
        {
            file.SetLength((1L << 30) + 4096);
        }

        Directory.CreateDirectory(host.PathOf("folder"));
        File.Move(host.PathOf("holes"), host.PathOf("folder/holes"));

        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);
        host.Write("small/a", [1]);
        await host.Mover.PublishAsync(job, host.Output, host.PathOf("small"), null, default);

        Assert.Matches("pass -MaximumExpandedRatio 10[0-9][0-9]", Assert.Single(host.Warned));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * 8 * 1024 * 1024)]
    public async Task Publish_FileDeletedDuringUpload_ReportsNotFound(int after)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string path = host.Write("out", ArtifactHost.Bytes(Large));
        var remove = new Listener(at =>
        {
            if (at.Bytes > after)
            {
                File.Delete(path);
            }
        });

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.PublishAsync(job, host.Output, path, remove, default));

        Assert.Equal((ArtifactFault.SourceNotFound, path), (error.Fault, error.Path));
        Assert.Null(host.PublishedObject);
    }

    [Fact]
    public async Task Publish_LengthIsMultipleOfPart_SendsNoEmptyPart()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();

        await host.PublishAsync(job, new byte[3 * 8 * 1024 * 1024]);

        Assert.Equal(3, host.Operations.Count(operation => operation == "UploadPart"));
    }

    [Fact]
    public async Task Publish_VeryLargeEstimate_UsesLargerParts()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        using var store = new S3ArtifactStore(job, host.Clock);
        var upload = new ArtifactUpload(
            store, ArtifactObject.For(job, host.Output), new ProgressAggregator(null), host.Clock);
        byte[] content = ArtifactHost.Bytes(22 * 1024 * 1024);

        await upload.FromStreamAsync(
            (stream, stop) => stream.WriteAsync(content, 0, content.Length, stop), ArtifactUpload.LargestStream,
            default);

        // With parts of 5 MiB, the limit of 10,000 parts would be reached at 50 GB.
        Assert.Equal(4, host.Operations.Count(operation => operation == "UploadPart"));
        Assert.Equal(content, host.Published());
    }

    [Fact]
    public async Task Publish_SmallFileRetried_RevertsProgressOfFailedAttempt()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string path = host.Write("out", ArtifactHost.Bytes(1_000_000));
        TransferProgress last = default;
        host.Service.Order("cut-off=1@PutObject,limit=2");

        await host.Mover.PublishAsync(job, host.Output, path, new Listener(at => last = at), default);

        Assert.Equal(new TransferProgress(1_000_000, 1_000_000), last);
    }

    [Fact]
    public async Task Publish_PartRetried_RevertsProgressOfFailedAttempt()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        string path = host.Write("out", ArtifactHost.Bytes(Large));
        TransferProgress last = default;
        host.Service.Order("cut-off=1@UploadPart,limit=2");

        await host.Mover.PublishAsync(job, host.Output, path, new Listener(at => last = at), default);

        Assert.Equal(Large, last.TotalBytes);
        Assert.InRange(last.Bytes, Large - (8 << 20), Large);
    }

    [Fact]
    public async Task Publish_BucketInAnotherRegion_FollowsRegion()
    {
        using var host = new ArtifactHost(new EmulatorOptions { ArtifactRegion = "eu-central-1" });
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(Large);

        await host.PublishAsync(job, content);

        Assert.Equal(content, host.Published());
    }

    [Fact]
    public async Task PublishAndSave_Folder_RoundTrips()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Write("folder/a/b.bin", ArtifactHost.Bytes(1_000_000));
        await host.Mover.PublishAsync(job, host.Output, host.PathOf("folder"), null, default);

        SavedArtifact saved = await host.Mover.SaveIntoAsync(
            job, host.Output, host.PathOf("back"), new SaveOptions { Expand = true }, null, default);

        Assert.True(saved.IsFolder);
        Assert.Equal(ArtifactHost.Bytes(1_000_000), File.ReadAllBytes(Path.Combine(saved.Path, "a", "b.bin")));
        Assert.Equal(["Out"], Directory.EnumerateFileSystemEntries(host.PathOf("back")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Save_ExpandPlainFile_CreatesFolderWithThatFile()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([1, 2, 3]);

        SavedArtifact saved = await host.Mover.SaveIntoAsync(
            job, host.Input, host.PathOf("back"), new SaveOptions { Expand = true }, null, default);

        string file = Assert.Single(Directory.GetFiles(saved.Path));
        Assert.Equal(new byte[] { 1, 2, 3 }, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task Save_ExpandUnsupportedFormat_NamesFormatAndLeavesNothing()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, .. ArtifactHost.Bytes(1000)]);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => host.Mover.SaveAsync(
            job, host.Input, host.PathOf("back"), expand: true, null, default));

        Assert.Equal(ArchiveFault.Unsupported, error.Fault);
        Assert.StartsWith("The archive 'In' cannot be expanded: its format is 7z,", error.Message);
        Assert.Empty(host.Left);
        await host.SaveAsync(job, "as-it-is");
        Assert.Equal(1006, new FileInfo(host.PathOf("as-it-is")).Length);
    }

    [Fact]
    public async Task Save_ExpandTarWithoutEndBlocks_Warns()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(new TarForge().Add("a", "x").Build(end: false));

        await host.Mover.SaveAsync(job, host.Input, host.PathOf("back"), expand: true, null, default);

        Assert.StartsWith("The archive 'In' has no end-of-archive blocks", Assert.Single(host.Warned));
    }

    [Fact]
    public async Task Save_ExpandExceedsLimitsOfMover_Fails()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put(new TarForge().Add("a", "x").Add("b", "x").Build());
        var mover = new ArtifactMover(host.Clock) { Limits = new ExtractionLimits { MaxEntries = 1 } };

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => mover.SaveAsync(
            job, host.Input, host.PathOf("back"), expand: true, null, default));

        Assert.Equal(ArchiveFault.TooLarge, error.Fault);
        Assert.Contains("-MaximumExpandedEntries", error.RecommendedAction);
    }

    [Fact]
    public async Task Save_ExpandDamagedArchive_NamesArtifactAndLeavesNothing()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        host.Put([(byte)'P', (byte)'K', 3, 4, .. ArtifactHost.Bytes(1000)]);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => host.Mover.SaveIntoAsync(
            job, host.Input, host.PathOf("back"), new SaveOptions { Expand = true }, null, default));

        Assert.Contains("The archive 'In'", error.Message);
        Assert.Empty(host.Left);
    }
}
