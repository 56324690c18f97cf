using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Expands archives into a real folder, next to files and folders that must stay unchanged.</summary>
internal abstract class ArchiveTarget : FuzzTarget
{
    private const string Canary = "The canary sings.";
    private const long MostBytes = 1 << 20;
    private const int MostEntries = 200;

    private static readonly ExtractionLimits s_limits = new()
    {
        MaxBytes = MostBytes, MaxEntries = MostEntries, MaxRatio = 100, RatioFloor = 256 * 1024, MaxPathLength = 1000,
    };

    private readonly TempFolder _root = new();
    private readonly ArchiveExtractor _extractor = new() { Threads = 2 };

    protected ArchiveTarget()
    {
        Directory.CreateDirectory(_root.PathOf("outside/kept"));
        Directory.CreateDirectory(_root.PathOf("in"));
        _root.Write("canary.txt", Canary);
        _root.Write("outside/canary.txt", Canary);
        _root.Write("in/canary.txt", Canary);
    }

    public override int Cases => 200_000;

    public override bool UsesThreads => true;

    // The buffers of two threads and of the inflater. The written data is not kept in memory.
    public override long Allowance(int length) => 4 << 20 | (length * 100L);

    public override string Run(byte[] input)
    {
        string archive = _root.PathOf("archive.bin");
        string destination = _root.PathOf("in/dest");
        File.WriteAllBytes(archive, input);

        // The input also determines whether the destination exists and is replaced, so that a case can be repeated.
        int manner = input.Length % 4;
        if (Directory.Exists(destination))
        {
            // Left by a failed case.
            Delete(destination);
        }

        if (manner > 0)
        {
            Directory.CreateDirectory(destination);
        }

        if (manner > 1)
        {
            File.WriteAllText(Path.Combine(destination, "old.txt"), Canary);
        }

        string outcome;
        bool expanded = false;
        try
        {
            ExtractionResult result = _extractor.ExtractAsync(archive, destination, s_limits, replace: manner == 3)
                .GetAwaiter().GetResult();
            expanded = true;
            outcome = $"{result.Format}{Count((int)result.Entries)}";
            Hold(
                result.Bytes <= MostBytes && result.Entries <= MostEntries, "The result exceeds the limits.");
            CheckInside(destination);
        }
        catch (ArchiveException error)
        {
            Hold(error.RecommendedAction.Length > 0, "An error has no recommended action.");
            outcome = error.Fault + Shape(error.Message[(error.Message.LastIndexOf(':') + 1)..]);
        }

        CheckAround(destination, manner, expanded);
        if (Directory.Exists(destination))
        {
            Delete(destination);
        }

        return manner + outcome;
    }

    protected override void Release() => _root.Dispose();

    private static void CheckInside(string destination)
    {
        long bytes = 0;
        foreach (FileSystemInfo each in new DirectoryInfo(destination).EnumerateFileSystemInfos("*", Everything()))
        {
            if (each.LinkTarget is string target)
            {
                FileSystemInfo? final = Resolve(each);
                string reached = final?.FullName ?? Path.GetFullPath(
                    Path.Combine(Path.GetDirectoryName(each.FullName)!, target));
                Hold(
                    reached == destination || reached.StartsWith(destination + "/", StringComparison.Ordinal),
                    "A symbolic link points outside the folder.");
                continue;
            }

            bytes += each is FileInfo file ? file.Length : 0;
            Hold(
                (each.UnixFileMode & (UnixFileMode.SetUser | UnixFileMode.SetGroup | UnixFileMode.StickyBit)) == 0,
                "A file has a special bit.");
        }

        Hold(bytes <= MostBytes, "The files on disk exceed the limits.");
    }

    private static FileSystemInfo? Resolve(FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            // A loop of symbolic links resolves to nothing.
            return null;
        }
    }

    private void CheckAround(string destination, int manner, bool expanded)
    {
        Hold(
            File.ReadAllText(_root.PathOf("canary.txt")) == Canary
            && File.ReadAllText(_root.PathOf("outside/canary.txt")) == Canary
            && File.ReadAllText(_root.PathOf("in/canary.txt")) == Canary,
            "A file next to the folder was changed.");
        string[] root =
        [
            .. Directory.EnumerateFileSystemEntries(_root.PathOf("."), "*", Everything(recurse: false))
                .Select(each => Path.GetFileName(each)),
        ];
        Hold(root.Length == 4, "Something was left next to the folder.");
        string[] outside = [.. Directory.EnumerateFileSystemEntries(_root.PathOf("outside"), "*", Everything())];
        Hold(outside.Length == 2, "Something was written outside the folder.");
        string[] beside =
            [.. Directory.EnumerateFileSystemEntries(_root.PathOf("in"), "*", Everything(recurse: false))];
        Hold(beside.Length == (Directory.Exists(destination) ? 2 : 1), "Something was left next to the destination.");
        if (!expanded)
        {
            Hold(
                Directory.Exists(destination) == manner > 0,
                "A failed extraction created or deleted the destination.");
            int before = manner > 1 ? 1 : 0;
            Hold(
                manner == 0 || Directory.GetFileSystemEntries(destination).Length == before,
                "A failed extraction changed the destination.");
        }
    }

    private static EnumerationOptions Everything(bool recurse = true) => new()
    {
        RecurseSubdirectories = recurse, AttributesToSkip = 0, IgnoreInaccessible = false,
    };

    private static void Delete(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(folder, recursive: true);
            return;
        }

        foreach (DirectoryInfo each in new DirectoryInfo(folder)
            .EnumerateDirectories("*", Everything())
            .Where(each => each.LinkTarget is null))
        {
            // An archive may remove the owner's permissions.
            each.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }

        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Zips.</summary>
internal sealed class ZipTarget : ArchiveTarget
{
    public override string Name => "zip";

    public override IReadOnlyList<byte[]> Words { get; } =
        [
            .. AsWords(
                "../", "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0006", "PK\u0006\u0007", "/"),
            [0xff, 0xff, 0xff, 0xff],
            [0, 0, 0, 0],
        ];

    public override byte[] Make(Draw draw) => ZipMaker.Make(draw);
}

/// <summary>Tars, some of them compressed with gzip.</summary>
internal sealed class TarTarget : ArchiveTarget
{
    public override string Name => "tar";

    public override IReadOnlyList<byte[]> Words { get; } =
        [
            .. AsWords("../", "ustar\0", "path=", "size=", "linkpath=", "mtime=", "\n", "77777777777"),
            new byte[512],
            [0x80],
            [0x1f, 0x8b, 8],
        ];

    public override byte[] Make(Draw draw) => TarMaker.Make(draw);

    // The last byte determines whether header checksums are corrected, so that mutations are not rejected by them.
    public override string Run(byte[] input) => base.Run(input.Length % 3 > 0 ? TarMaker.Mend(input) : input);
}
