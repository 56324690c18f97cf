using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ZipPackerTests : IDisposable
{
    // The hash of the zip of MakeGolden's folder. Changing it affects all users who compare artifacts.
    private const string Golden = "21F27571A172325D07EFE690E644E59FBC0B3DAF71DE136403880790CEE17526";
    private readonly TempFolder _temp = new();

    private string Source => _temp.PathOf("source");

    private string Zip => _temp.PathOf("a.zip");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Pack_Folder_IsReproducibleOnEveryMachine()
    {
        MakeGolden(Source);

        await Tree.PackAsync(Source, Zip);

        string hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Zip)));
        Assert.True(hash == Golden, hash);
    }

    [Fact]
    public async Task Pack_PlainFolder_IsReproducibleOnEveryFramework()
    {
        await Tree.PackAsync(PlainFolder.Make(Source), Zip);

        Assert.Equal(PlainFolder.Hash, PlainFolder.HashOf(Zip));
    }

    [Fact]
    public async Task Pack_ThreadsTimesAndCreationOrder_DoNotAffectZip()
    {
        MakeGolden(Source);
        string other = _temp.PathOf("other");
        MakeGolden(other, reverse: true);
        File.SetLastWriteTimeUtc(Path.Combine(other, "a.txt"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        using Hiccups output = new();

        await Tree.PackAsync(Source, Zip, threads: 1);
        await new ZipPacker { Threads = 7 }.PackAsync(other, output);

        Assert.Equal(File.ReadAllBytes(Zip), output.Taken.ToArray());
    }

    [Fact]
    public async Task Pack_Names_AreInOrdinalOrder()
    {
        Tree.Make(Source, new() { ["b"] = [], ["a/z"] = [], ["B"] = [], ["a.txt"] = [], ["ä"] = [], ["a-b/c"] = [] });

        await Tree.PackAsync(Source, Zip);

        using ZipArchive zip = ZipFile.OpenRead(Zip);
        Assert.Equal(["B", "a-b/c", "a.txt", "a/z", "b", "ä"], zip.Entries.Select(entry => entry.FullName));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Pack_Permissions_KeepOnlyExecutableBit()
    {
        Tree.Make(Source, new() { ["run"] = [], ["private"] = [] });
        File.SetUnixFileMode(Path.Combine(Source, "run"), (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(Path.Combine(Source, "private"), (UnixFileMode)0b110_000_000);

        await Tree.PackAsync(Source, Zip);

        using ZipArchive zip = ZipFile.OpenRead(Zip);
        Assert.Equal(0x81EDu, (uint)zip.GetEntry("run")!.ExternalAttributes >> 16);
        Assert.Equal(0x81A4u, (uint)zip.GetEntry("private")!.ExternalAttributes >> 16);
    }

    [UnixFact]
    public async Task Pack_LinksInsideFolder_AreKept()
    {
        Tree.Make(Source, new() { ["d/file"] = "x"u8.ToArray() });
        File.CreateSymbolicLink(Path.Combine(Source, "link"), "d/file");
        File.CreateSymbolicLink(Path.Combine(Source, "d/up"), "..");
        File.CreateSymbolicLink(Path.Combine(Source, "loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(Source, "dangling"), "missing");

        await Tree.PackAsync(Source, Zip);
        await new ArchiveExtractor().ExtractAsync(Zip, _temp.PathOf("out"));

        Assert.Equal(Tree.Describe(Source), Tree.Describe(_temp.PathOf("out")));
    }

    [UnixFact]
    public async Task Pack_LinkOutside_ErrorNamesLinkAndTarget()
    {
        _temp.Write("secret", "s");
        foreach (string target in new[] { "../secret", _temp.PathOf("secret"), "d/../../secret" })
        {
            Tree.Make(Source, new() { ["d/file"] = [] });
            File.CreateSymbolicLink(Path.Combine(Source, "link"), target);

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip));

            Assert.Equal(ArchiveFault.Unsafe, error.Fault);
            Assert.Contains("'link'", error.Message, StringComparison.Ordinal);
            Assert.Contains("cannot be packed", error.Message, StringComparison.Ordinal);
            Assert.Contains(target, error.Message, StringComparison.Ordinal);
            Directory.Delete(Source, recursive: true);
        }
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Pack_LinkToFile_PacksTargetUnderNameOfLink()
    {
        _temp.Write("run.sh", "#!/bin/sh");
        File.SetUnixFileMode(_temp.PathOf("run.sh"), (UnixFileMode)0b111_000_000);
        File.CreateSymbolicLink(_temp.PathOf("between"), "run.sh");
        File.CreateSymbolicLink(Source, "between");

        await Tree.PackAsync(Source, Zip);

        using ZipArchive zip = ZipFile.OpenRead(Zip);
        ZipArchiveEntry entry = Assert.Single(zip.Entries);
        Assert.Equal(
            ("source", 9L, 0x81EDu), (entry.FullName, entry.Length, (uint)entry.ExternalAttributes >> 16));
    }

    [UnixFact]
    public async Task Pack_InvalidUnicodeName_Fails()
    {
        foreach (string name in new[] { "\ufffd", "a\ufffd", "ab\ufffdc", "😀\ufffd", "😀a\ufffd" })
        {
            Tree.Make(Source, new() { ["d/" + name] = [] });

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip));

            Assert.Equal((ArchiveFault.Unsafe, name), (error.Fault, error.Entry));
            Directory.Delete(Source, recursive: true);
        }
    }

    [UnixFact]
    public async Task Pack_Socket_ErrorNamesIt()
    {
        Tree.Make(Source, new() { ["file"] = [] });
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Source, "sock")));

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip));

        Assert.Equal((ArchiveFault.Unsafe, "sock"), (error.Fault, error.Entry));
    }

    [UnixFact]
    public async Task Pack_UnsafeName_Fails()
    {
        Tree.Make(Source, new() { ["a\\..\\b"] = [] });

        Assert.Equal(
            ArchiveFault.Unsafe,
            (await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip))).Fault);
    }

    [Theory]
    [InlineData("grow")]
    [InlineData("shrink")]
    [InlineData("touch")]
    [InlineData("delete")]
    public async Task Pack_SmallFileChanges_ErrorNamesIt(string what)
    {
        // Small files are compressed ahead. Enough of them precede this one that it is read only after the first
        // bytes are written.
        Tree.Make(Source, new()
        {
            ["a"] = Tree.Noise(2 * ZipPacker.SmallFile), ["b"] = [], ["c"] = [], ["d"] = [], ["z"] = Tree.Text(1000),
        });
        string path = Path.Combine(Source, "z");
        using Hiccups output = new()
        {
            OnFirstWrite = () =>
            {
                switch (what)
                {
                    case "grow":
                        File.AppendAllText(path, "more");
                        break;
                    case "shrink":
                        File.WriteAllText(path, "less");
                        break;
                    case "touch":
                        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                        break;
                    default:
                        File.Delete(path);
                        break;
                }
            },
        };

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(
            () => new ZipPacker { Threads = 1 }.PackAsync(Source, output));

        Assert.Equal((ArchiveFault.Storage, path), (error.Fault, error.Path));
    }

    [Theory]
    [InlineData("shrink")]
    [InlineData("grow")]
    public async Task Pack_LargeFileChanges_ErrorNamesIt(string what)
    {
        Tree.Make(Source, new() { ["a"] = Tree.Noise(4 * ZipPacker.SmallFile) });
        string path = Path.Combine(Source, "a");
        using Hiccups output = new()
        {
            OnFirstWrite = () =>
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.SetLength(what == "grow" ? file.Length + 1 : 1);
            },
        };

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(
            () => new ZipPacker().PackAsync(Source, output));

        Assert.Equal((ArchiveFault.Storage, path), (error.Fault, error.Path));
    }

    [Fact]
    public async Task Pack_ManySmallFiles_PacksAll()
    {
        string[] names = [.. Enumerable.Range(0, 9).Select(index => $"f{index}")];
        Tree.Make(Source, names.ToDictionary(name => name, _ => (byte[]?)new byte[ZipPacker.SmallFile]));

        await Tree.PackAsync(Source, Zip, threads: 1);

        using ZipArchive zip = ZipFile.OpenRead(Zip);
        Assert.Equal(names, zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(ZipPacker.SmallFile, entry.Length));
    }

    [Fact]
    public async Task Pack_MissingFolder_ErrorNamesIt()
    {
        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip));

        Assert.Equal((ArchiveFault.Storage, Source), (error.Fault, error.Path));
    }

    [Fact]
    public async Task Pack_OutputFails_Fails()
    {
        Tree.Make(Source, new() { ["a"] = Tree.Noise(9 * ZipPacker.SmallFile) });
        using Hiccups output = new() { OnFirstWrite = () => throw new IOException("disk full") };

        Assert.Equal("disk full", (await Assert.ThrowsAsync<IOException>(
            () => new ZipPacker().PackAsync(Source, output))).Message);
    }

    [Fact]
    public async Task Pack_Cancelled_Stops()
    {
        Tree.Make(Source, new() { ["a"] = Tree.Noise(20 * ZipPacker.SmallFile) });
        using CancellationTokenSource stop = new();
        using Hiccups output = new() { OnFirstWrite = stop.Cancel };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ZipPacker().PackAsync(Source, output, cancellationToken: stop.Token));
    }

    [Fact]
    public async Task Pack_Progress_EndsWithTotals()
    {
        Tree.Make(Source, new() { ["a"] = Tree.Noise(9 << 20), ["b"] = [] });
        Recorder progress = new();

        await new ZipPacker().PackAsync(Source, Stream.Null, progress);

        Assert.True(progress.Seen.Count > 2);
        Assert.Equal(new ArchiveProgress(9 << 20, 9 << 20, 2, 2), progress.Seen[^1]);
    }

    [UnixTheory]
    [InlineData("/etc/passwd")]
    [InlineData("../out")]
    public async Task Scan_LinkOutside_RecommendsAction(string target)
    {
        Tree.Make(Source, new() { ["a"] = [1] });
        File.CreateSymbolicLink(Path.Combine(Source, "link"), target);

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => Tree.PackAsync(Source, Zip));

        Assert.Equal((ArchiveFault.Unsafe, "link"), (error.Fault, error.Entry));
        Assert.Contains("-Link Skip", error.RecommendedAction, StringComparison.Ordinal);
    }

    [UnixFact]
    public void Scan_SkipLinks_ReportsNamesAndKeepsFolders()
    {
        Tree.Make(Source, new() { ["a"] = [1], ["only/"] = null });
        File.CreateSymbolicLink(Path.Combine(Source, "only/absolute"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(Source, "dangling"), "nowhere");
        Directory.CreateSymbolicLink(Path.Combine(Source, "circle"), ".");
        List<string> skipped = new();

        List<PackItem> items = DirectoryScan.Scan(Source, default, LinkTreatment.Skip, skipped.Add);

        Assert.Equal(["circle", "dangling", "only/absolute"], skipped);
        Assert.Equal(["a", "only/"], items.Select(item => item.Name));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Scan_FollowLinks_ListsTargets()
    {
        string outside = Source + "-outside";
        Tree.Make(outside, new() { ["deep/f"] = Tree.Text(100), ["run"] = [1], ["none/"] = null });
        File.SetUnixFileMode(Path.Combine(outside, "run"), (UnixFileMode)0x1ED);
        Tree.Make(Source, new() { ["a"] = [1] });
        Directory.CreateSymbolicLink(Path.Combine(Source, "tree"), outside);
        File.CreateSymbolicLink(Path.Combine(Source, "chain"), "second");
        File.CreateSymbolicLink(Path.Combine(Source, "second"), Path.Combine(outside, "run"));
        File.CreateSymbolicLink(Path.Combine(outside, "deep/back"), "../run");

        using (FileStream output = File.Create(Zip))
        {
            await new ZipPacker().PackAsync(
                DirectoryScan.Scan(Source, default, LinkTreatment.Follow), output, null, default);
        }

        using ZipArchive zip = ZipFile.OpenRead(Zip);
        Assert.Equal(
            ["a", "chain", "second", "tree/deep/back", "tree/deep/f", "tree/none/", "tree/run"],
            zip.Entries.Select(entry => entry.FullName));
        Assert.Equal(100, zip.GetEntry("tree/deep/f")!.Length);
        Assert.Equal(0x81ED, zip.GetEntry("chain")!.ExternalAttributes >> 16 & 0xFFFF);
    }

    [UnixTheory]
    [InlineData("nowhere", "does not exist")]
    [InlineData(".", "contains the link")]
    [InlineData("..", "contains the link")]
    [InlineData("link", "leads to a loop")]
    public void Scan_FollowInvalidLink_Fails(string target, string word)
    {
        Tree.Make(Path.Combine(Source, "in"), new() { ["a"] = [1] });
        File.CreateSymbolicLink(Path.Combine(Source, "in/link"), target);

        ArchiveException error = Assert.Throws<ArchiveException>(
            () => DirectoryScan.Scan(Source, default, LinkTreatment.Follow));

        Assert.Equal((ArchiveFault.Unsafe, "in/link"), (error.Fault, error.Entry));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void Scan_PipeOrLinkToPipe_Fails()
    {
        Tree.Make(Source, new() { ["a"] = [1] });
        NamedPipe.Make(Path.Combine(Source, "pipe"));
        Assert.Equal("pipe", Assert.Throws<ArchiveException>(() => DirectoryScan.Scan(Source, default)).Entry);

        File.Move(Path.Combine(Source, "pipe"), Source + "-pipe");
        File.CreateSymbolicLink(Path.Combine(Source, "link"), Source + "-pipe");

        Assert.Throws<ArchiveException>(() => DirectoryScan.Scan(Source, default, LinkTreatment.Follow));
    }

    [LinuxFact]
    public void Scan_FolderTooDeep_ErrorNamesIt()
    {
        // Created from the inside out, because its full path is too long.
        string part = new('d', 200);
        string folder = Source;
        for (int depth = 0; depth < 18; depth++)
        {
            folder = Path.Combine(folder, part);
        }

        Directory.CreateDirectory(folder);
        string inner = Source + "-inner";
        for (int depth = 0; depth < 4; depth++)
        {
            inner = Path.Combine(inner, part);
        }

        Directory.CreateDirectory(inner);
        Directory.Move(Source + "-inner", Path.Combine(folder, "inner"));

        ArchiveException error = Assert.Throws<ArchiveException>(() => DirectoryScan.Scan(Source, default));

        // Move it back to shorter paths, so that it can be deleted.
        Directory.Move(Path.Combine(folder, "inner"), Source + "-inner");
        Assert.Equal(ArchiveFault.Storage, error.Fault);
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
        Assert.StartsWith(Source, error.Path, StringComparison.Ordinal);
        Assert.DoesNotContain("''", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sum_SharedFolders_CountOnce()
    {
        PackItem Item(string name, NodeKind kind = NodeKind.File, long length = 1) =>
            new(name, name, kind, length, default, false, null);

        List<PackItem> items =
        [
            Item("a-b/x"), Item("a/b/c", length: 5000), Item("a/b/d"), Item("a/bc/e"), Item("b", NodeKind.Link),
            Item("c/", NodeKind.Folder),
        ];

        (long entries, long bytes, bool isTooDeep) = PackItem.Sum(items, ExtractionLimits.Default);

        // Folders: a-b, a, a/b, a/bc, c.
        Assert.Equal((10, (9 * 4096) + 5000, false), (entries, bytes, isTooDeep));
        Assert.True(PackItem.Sum(items, new ExtractionLimits { MaxDepth = 2 }).IsTooDeep);
        Assert.False(PackItem.Sum(items, new ExtractionLimits { MaxDepth = 3 }).IsTooDeep);
    }

    private static void MakeGolden(string root, bool reverse = false)
    {
        Dictionary<string, byte[]?> files = new()
        {
            ["a.txt"] = Tree.Text(5000),
            ["zero"] = [],
            ["empty/"] = null,
            ["d/large"] = Tree.Text((2 * ZipPacker.SmallFile) + 1, seed: 2),
            ["d/noise"] = Tree.Noise(70_000),
            ["d/mixed"] = [.. Tree.Noise(ZipPacker.SmallFile), .. new byte[100_000], .. Tree.Text(9)],
            ["漢字"] = "x"u8.ToArray(),
        };
        Tree.Make(root, reverse ? files.Reverse().ToDictionary() : files);
    }

    /// <summary>A stream that cannot seek and runs a callback at the first write.</summary>
    private sealed class Hiccups : Stream
    {
        public MemoryStream Taken { get; } = new();

        public Action? OnFirstWrite { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Action? action = OnFirstWrite;
            OnFirstWrite = null;
            action?.Invoke();
            Taken.Write(buffer, offset, count);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
