using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests archives that are expanded during their download.</summary>
public sealed class ArrivingArchiveTests : ExtractionTest
{
    private const int Piece = 600_000;
    private readonly DownloadedRanges _ranges = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;
    private long _tail = long.MaxValue;

    [Fact]
    public async Task Extract_PartialZip_CommitsWhenComplete()
    {
        byte[] first = Tree.Noise(Piece);
        byte[] zip = new ZipForge().Add("first", first).Add("second", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);

        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: Piece + 200_000, tail: zip.Length - 100_000);
        await Until.TrueAsync(() => Staged("first") is FileInfo { Length: Piece });

        Assert.False(Directory.Exists(Destination));
        Assert.False(expanding.IsCompleted);
        Receive(upTo: zip.Length);
        _completion.SetResult();
        await expanding;
        Assert.Equal(["first", "second"], Names());
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Destination, "first")));
    }

    [Fact]
    public async Task Extract_PartialTar_ExpandsDownloadedEntries()
    {
        TarForge tar = new();
        tar.Add("first", Tree.Noise(Piece)).Add("second", Tree.Noise(Piece)).Save(Archive);
        long length = new FileInfo(Archive).Length;

        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: Piece + 300_000);
        await Until.TrueAsync(() => Staged("first") is FileInfo { Length: Piece });

        Assert.False(Directory.Exists(Destination));
        Receive(upTo: length);
        _completion.SetResult();
        await expanding;
        Assert.Equal(["first", "second"], Names());
    }

    [Fact]
    public async Task Extract_DownloadFailsVerification_DoesNotCommit()
    {
        byte[] zip = new ZipForge().Add("a", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);
        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: zip.Length);
        await Until.TrueAsync(() => Staged("a") is FileInfo { Length: Piece });

        _completion.SetException(new InvalidDataException("another checksum"));

        Assert.Equal("another checksum", (await Assert.ThrowsAsync<InvalidDataException>(() => expanding)).Message);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task Extract_DownloadAborted_StopsAndLeavesNothing()
    {
        byte[] zip = new ZipForge().Add("first", Tree.Noise(Piece)).Add("second", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);
        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: Piece + 200_000, tail: zip.Length - 100_000);
        await Until.TrueAsync(() => Staged("first") is not null);

        _ranges.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => expanding);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task Extract_TarGzDownloadAborted_IsNotDamaged()
    {
        byte[] gzip = TarForge.Gzip(new TarForge().Add("first", Tree.Noise(Piece)).Add("second", [1]).Build());
        File.WriteAllBytes(Archive, gzip);
        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: Piece / 2);
        await Until.TrueAsync(() => Staged("first") is not null);

        _ranges.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => expanding);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task Extract_BadEntry_FailsWhileOthersWait()
    {
        byte[] zip = new ZipForge().Add("bad", Tree.Noise(Piece), entry => entry.Crc = 1)
            .Add("later", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);

        Task<ExtractionResult> expanding = StartAsync();
        Receive(upTo: Piece + 200_000, tail: zip.Length - 100_000);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => expanding);
        Assert.Equal((ArchiveFault.Damaged, "bad"), (error.Fault, error.Entry));
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task OpenRead_LengthUnknown_Waits()
    {
        File.WriteAllBytes(Archive, []);

        Task<bool> looking = ArchiveExtractor.IsArchiveAsync(
            new ArchiveSource(Archive) { Ranges = _ranges }, default);
        Assert.False(looking.IsCompleted);
        byte[] zip = new ZipForge().Add("a", [1]).Build();
        File.WriteAllBytes(Archive, zip);
        Receive(upTo: zip.Length);

        Assert.True(await looking);
    }

    private Task<ExtractionResult> StartAsync() => new ArchiveExtractor { Threads = 2 }.ExtractAsync(
        new ArchiveSource(Archive) { Ranges = _ranges, Completion = _completion.Task }, Destination, null, false, null,
        default);

    private void Receive(long upTo, long tail = long.MaxValue)
    {
        Volatile.Write(ref _tail, tail);
        Volatile.Write(ref _received, upTo);
        _ranges.Begin((from, to) => to <= Volatile.Read(ref _received) || from >= Volatile.Read(ref _tail));
        _ranges.NotifyReaders();
    }

    /// <summary>Finds a file in the staging folder.</summary>
    private FileInfo? Staged(string name) => Directory.GetDirectories(Temp.PathOf("."), ".cpartifact-*")
        .Select(folder => new FileInfo(Path.Combine(folder, "new", name))).FirstOrDefault(file => file.Exists);

    private IEnumerable<string?> Left() =>
        Directory.GetFileSystemEntries(Temp.PathOf("."), "*", new EnumerationOptions { AttributesToSkip = 0 })
            .Select(Path.GetFileName);
}
