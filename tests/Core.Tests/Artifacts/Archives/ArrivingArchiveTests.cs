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

/// <summary>Archives that are expanded while they come.</summary>
public sealed class ArrivingArchiveTests : ExtractionTest
{
    private const int Piece = 600_000;
    private readonly DownloadedRanges _arrivals = new();
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _come;
    private long _tail = long.MaxValue;

    [Fact]
    public async Task Zip_IsExpandedAsFarAsItHasCome_AndLandsWhenItIsWhole()
    {
        byte[] first = Tree.Noise(Piece);
        byte[] zip = new ZipForge().Add("first", first).Add("second", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);

        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: Piece + 200_000, tail: zip.Length - 100_000);
        await Until.TrueAsync(() => Staged("first") is FileInfo { Length: Piece });

        Assert.False(Directory.Exists(Destination));
        Assert.False(expanding.IsCompleted);
        Come(upTo: zip.Length);
        _whole.SetResult();
        await expanding;
        Assert.Equal(["first", "second"], Names());
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Destination, "first")));
    }

    [Fact]
    public async Task Tar_IsExpandedAsFarAsItHasCome()
    {
        TarForge tar = new();
        tar.Add("first", Tree.Noise(Piece)).Add("second", Tree.Noise(Piece)).Save(Archive);
        long length = new FileInfo(Archive).Length;

        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: Piece + 300_000);
        await Until.TrueAsync(() => Staged("first") is FileInfo { Length: Piece });

        Assert.False(Directory.Exists(Destination));
        Come(upTo: length);
        _whole.SetResult();
        await expanding;
        Assert.Equal(["first", "second"], Names());
    }

    [Fact]
    public async Task WhatIsExpandedButNotProven_DoesNotLand()
    {
        byte[] zip = new ZipForge().Add("a", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);
        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: zip.Length);
        await Until.TrueAsync(() => Staged("a") is FileInfo { Length: Piece });

        _whole.SetException(new InvalidDataException("another checksum"));

        Assert.Equal("another checksum", (await Assert.ThrowsAsync<InvalidDataException>(() => expanding)).Message);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task DownloadThatIsGivenUp_EndsTheExpansion_AndLeavesNothing()
    {
        byte[] zip = new ZipForge().Add("first", Tree.Noise(Piece)).Add("second", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);
        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: Piece + 200_000, tail: zip.Length - 100_000);
        await Until.TrueAsync(() => Staged("first") is not null);

        _arrivals.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => expanding);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task DownloadOfATarGzThatIsGivenUp_IsNoDamage()
    {
        byte[] gzip = TarForge.Gzip(new TarForge().Add("first", Tree.Noise(Piece)).Add("second", [1]).Build());
        File.WriteAllBytes(Archive, gzip);
        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: Piece / 2);
        await Until.TrueAsync(() => Staged("first") is not null);

        _arrivals.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => expanding);
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task BadEntry_IsToldWhileOthersStillWaitForTheirs()
    {
        byte[] zip = new ZipForge().Add("bad", Tree.Noise(Piece), entry => entry.Crc = 1)
            .Add("later", Tree.Noise(Piece)).Build();
        File.WriteAllBytes(Archive, zip);

        Task<ExtractionResult> expanding = StartAsync();
        Come(upTo: Piece + 200_000, tail: zip.Length - 100_000);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => expanding);
        Assert.Equal((ArchiveFault.Damaged, "bad"), (error.Fault, error.Entry));
        Assert.Equal(["archive"], Left());
    }

    [Fact]
    public async Task Nothing_IsReadBeforeTheLengthIsKnown()
    {
        File.WriteAllBytes(Archive, []);

        Task<bool> looking = ArchiveExtractor.IsArchiveAsync(
            new ArchiveSource(Archive) { Arrivals = _arrivals }, default);
        Assert.False(looking.IsCompleted);
        byte[] zip = new ZipForge().Add("a", [1]).Build();
        File.WriteAllBytes(Archive, zip);
        Come(upTo: zip.Length);

        Assert.True(await looking);
    }

    private Task<ExtractionResult> StartAsync() => new ArchiveExtractor { Threads = 2 }.ExtractAsync(
        new ArchiveSource(Archive) { Arrivals = _arrivals, Whole = _whole.Task }, Destination, null, false, null,
        default);

    private void Come(long upTo, long tail = long.MaxValue)
    {
        Volatile.Write(ref _tail, tail);
        Volatile.Write(ref _come, upTo);
        _arrivals.Begin((from, to) => to <= Volatile.Read(ref _come) || from >= Volatile.Read(ref _tail));
        _arrivals.NotifyReaders();
    }

    /// <summary>A file where it lies before it lands.</summary>
    private FileInfo? Staged(string name) => Directory.GetDirectories(Temp.PathOf("."), ".cpartifact-*")
        .Select(folder => new FileInfo(Path.Combine(folder, "new", name))).FirstOrDefault(file => file.Exists);

    private IEnumerable<string?> Left() =>
        Directory.GetFileSystemEntries(Temp.PathOf("."), "*", new EnumerationOptions { AttributesToSkip = 0 })
            .Select(Path.GetFileName);
}
