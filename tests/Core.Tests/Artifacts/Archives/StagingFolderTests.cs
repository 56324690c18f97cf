using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class StagingFolderTests : ExtractionTest
{
    private static readonly byte[] s_text = "text"u8.ToArray();

    [Fact]
    public async Task Extract_MissingDestination_CreatesItWithParents()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        string deep = Path.Combine(Destination, "x", "y");

        await new ArchiveExtractor().ExtractAsync(Archive, deep + Path.DirectorySeparatorChar);

        Assert.Equal("text", File.ReadAllText(Path.Combine(deep, "a")));
        Assert.Equal([deep], Directory.GetFileSystemEntries(Path.GetDirectoryName(deep)!));
    }

    [Fact]
    public async Task Extract_Fails_RemovesCreatedParents()
    {
        new ZipForge().Add("a", s_text, entry => entry.Crc = 1).Save(Archive);

        await Assert.ThrowsAsync<ArchiveException>(
            () => new ArchiveExtractor().ExtractAsync(Archive, Path.Combine(Destination, "x", "y")));

        Assert.False(Directory.Exists(Destination));
    }

    [Fact]
    public async Task Extract_EmptyDestination_FillsIt()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Directory.CreateDirectory(Destination);

        await ExtractAsync();

        Assert.Equal(["a"], Names());
        AssertNothingBeside();
    }

    [Fact]
    public async Task Extract_DestinationNotEmpty_ConflictsAndKeepsContent()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Occupy();

        await RefusedAsync(ArchiveFault.Conflict);

        Assert.Equal("old", Read("keep"));
        Assert.Equal(["keep"], Names());
    }

    [Fact]
    public async Task Extract_DestinationIsFile_Conflicts()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        File.WriteAllText(Destination, "file");

        await RefusedAsync(ArchiveFault.Conflict);

        Assert.Equal("file", File.ReadAllText(Destination));
    }

    [Fact]
    public async Task Extract_Replace_ReplacesAllContent()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Occupy();

        await new ArchiveExtractor().ExtractAsync(Archive, Destination, replace: true);

        Assert.Equal(["a"], Names());
        AssertNothingBeside();
    }

    [Fact]
    public async Task Extract_ReplaceFails_KeepsOldContent()
    {
        new ZipForge().Add("a", s_text, entry => entry.Crc = 1).Save(Archive);
        Occupy();

        await Assert.ThrowsAsync<ArchiveException>(
            () => new ArchiveExtractor().ExtractAsync(Archive, Destination, replace: true));

        Assert.Equal(["keep"], Names());
        AssertNothingBeside();
    }

    [Fact]
    public void Commit_Fails_RestoresOldContent()
    {
        Occupy();
        using (StagingFolder staging = StagingFolder.Create(Destination, replace: true, TimeProvider.System))
        {
            // The content is gone, so the second rename fails.
            string content = staging.Content;
            Directory.Move(content, Temp.PathOf("stolen"));
            string lure = Directory.CreateDirectory(content).FullName;
            Directory.Delete(lure);

            Assert.Throws<ArchiveException>(staging.Commit);
        }

        Assert.Equal(["keep"], Names());
    }

    [Fact]
    public async Task Extract_Cancelled_LeavesNothing()
    {
        new ZipForge().Add("a", Tree.Noise(20 << 20)).Save(Archive);
        using CancellationTokenSource stop = new();
        Recorder progress = new() { Then = _ => stop.Cancel() };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ArchiveExtractor().ExtractAsync(
            Archive, Destination, progress: progress, cancellationToken: stop.Token));

        Assert.False(Directory.Exists(Destination));
        AssertNothingBeside();
    }

    [Fact]
    public void Create_LeftoverOfDeadProcess_IsDeleted()
    {
        string left = Leave("aaaaaaaaaaaa", destinationName: "other");
        Directory.CreateDirectory(Path.Combine(left, "new", "deep"));

        StagingFolder.Create(Destination, replace: false, TimeProvider.System).Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(Temp.PathOf(".")));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Create_ReadOnlyLeftover_IsDeletedWithoutFollowingLinks()
    {
        const UnixFileMode readOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        string left = Leave("aaaaaaaaaaaa", destinationName: "other");
        string deep = Path.Combine(left, "new", "deep");
        Tree.Make(deep, new() { ["sub/file"] = s_text });
        Tree.Make(Temp.PathOf("elsewhere"), new() { ["keep"] = s_text });
        Directory.CreateSymbolicLink(Path.Combine(deep, "link"), Temp.PathOf("elsewhere"));
        foreach (string folder in new[] { Temp.PathOf("elsewhere"), Path.Combine(deep, "sub"), deep })
        {
            File.SetUnixFileMode(folder, readOnly);
        }

        StagingFolder.Create(Destination, replace: false, TimeProvider.System).Dispose();

        UnixFileMode after = File.GetUnixFileMode(Temp.PathOf("elsewhere"));
        File.SetUnixFileMode(Temp.PathOf("elsewhere"), readOnly | UnixFileMode.UserWrite);
        Assert.Equal(readOnly, after);
        Assert.Equal(["keep"], Directory.GetFiles(Temp.PathOf("elsewhere")).Select(Path.GetFileName));
        AssertNothingBeside();
    }

    [Fact]
    public void Create_SetAsideByDeadProcess_IsRestored()
    {
        string left = Leave("aaaaaaaaaaaa", destinationName: "out");
        Tree.Make(Path.Combine(left, "old"), new() { ["keep"] = s_text });

        StagingFolder.Create(Temp.PathOf("other"), replace: false, TimeProvider.System).Dispose();

        Assert.Equal(["keep"], Names());
        AssertNothingBeside();
    }

    [UnixFact]
    public void Create_ProcessDiedBetweenRenames_RestoresOldContent()
    {
        Occupy();
        using (StagingFolder staging = StagingFolder.Create(Destination, replace: true, TimeProvider.System))
        {
            string folder = Path.GetDirectoryName(staging.Content)!;
            Directory.Move(Destination, Path.Combine(folder, "old"));

            // A copy has no lock, like the folder of a dead process.
            string dead = Leave("aaaaaaaaaaaa", "out");
            Directory.Move(Path.Combine(folder, "old"), Path.Combine(dead, "old"));
            Run("cp", Path.Combine(folder, ".lock"), Path.Combine(dead, ".lock"));
        }

        StagingFolder.Create(Temp.PathOf("other"), replace: false, TimeProvider.System).Dispose();

        Assert.Equal(["keep"], Names());
        Assert.Equal([Destination], Directory.GetFileSystemEntries(Path.GetDirectoryName(Destination)!));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Extract_Replace_KeepsPermissionsOfDestination()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead;
        new ZipForge().Add("a", s_text).Save(Archive);
        Occupy();
        File.SetUnixFileMode(Destination, mode);

        await new ArchiveExtractor().ExtractAsync(Archive, Destination, replace: true);

        Assert.Equal(["a"], Names());
        Assert.Equal(mode, File.GetUnixFileMode(Destination));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_Default_StagesBesideDestination(bool replace)
    {
        if (replace)
        {
            Occupy();
        }
        else
        {
            Directory.CreateDirectory(Destination);
        }

        using StagingFolder staging = StagingFolder.Create(Destination, replace, TimeProvider.System);

        Assert.Equal(replace ? ["keep"] : [], Names());
        Assert.True(Directory.Exists(staging.Content));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_SetAsideButDestinationExists_IsDeleted(bool byAFile)
    {
        string left = Leave("aaaaaaaaaaaa", destinationName: "out");
        Tree.Make(Path.Combine(left, "old"), new() { ["keep"] = "older"u8.ToArray() });
        if (byAFile)
        {
            File.WriteAllText(Destination, "old");
        }
        else
        {
            Occupy();
        }

        StagingFolder.Create(Temp.PathOf("other"), replace: false, TimeProvider.System).Dispose();

        Assert.Equal("old", byAFile ? File.ReadAllText(Destination) : Read("keep"));
        AssertNothingBeside();
    }

    [SmallDiskFact]
    public async Task Extract_DestinationIsMountPoint_StagesInside()
    {
        new ZipForge().Add("a", s_text).Add("folder/b", s_text).Save(Archive);
        using var disk = new SmallDisk(1);
        File.Delete(disk.PathOf("old"));

        await new ArchiveExtractor().ExtractAsync(Archive, disk.Root);

        Assert.Equal(["a", "folder", "folder/b"], disk.Left);
        Assert.Equal([disk.Root], Directory.GetFileSystemEntries(Path.GetDirectoryName(disk.Root)!));
    }

    [SmallDiskFact]
    public async Task Extract_DiskFullAtLastWrite_FailsWithoutCommit()
    {
        using var disk = new SmallDisk(5);
        byte[] content = Tree.Noise(5 << 20);
        foreach (bool isZip in new[] { true, false })
        {
            _ = isZip
                ? new ZipForge().Add("a", content, entry => entry.Method = 0).Save(Archive)
                : new TarForge().Add("a", content).Save(Archive);

            ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(
                () => new ArchiveExtractor().ExtractAsync(Archive, disk.PathOf("out")));

            Assert.Equal((ArchiveFault.Storage, "a"), (error.Fault, error.Entry));
            Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
            Assert.Equal(["old"], disk.Left);
        }
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Extract_ParentNotWritable_StagesInside()
    {
        const UnixFileMode readOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        new ZipForge().Add("a", s_text).Save(Archive);
        string theirs = Temp.PathOf("theirs");
        string ours = Directory.CreateDirectory(Path.Combine(theirs, "ours")).FullName;
        File.SetUnixFileMode(theirs, readOnly);
        try
        {
            await new ArchiveExtractor().ExtractAsync(Archive, ours);
        }
        finally
        {
            File.SetUnixFileMode(theirs, readOnly | UnixFileMode.UserWrite);
        }

        Assert.Equal([ours], Directory.GetFileSystemEntries(theirs));
        Assert.Equal([Path.Combine(ours, "a")], Directory.GetFileSystemEntries(ours));
    }

    [SmallDiskFact]
    public async Task Extract_ReplaceMountPoint_ReplacesAllContent()
    {
        new ZipForge().Add("a", s_text).Add("folder/b", s_text).Save(Archive);
        using var disk = new SmallDisk(1);
        Tree.Make(disk.PathOf("folder"), new() { ["keep"] = s_text });

        await new ArchiveExtractor().ExtractAsync(Archive, disk.Root, replace: true);

        Assert.Equal(["a", "folder", "folder/b"], disk.Left);
    }

    [SmallDiskFact]
    public void Commit_MountPointFails_RestoresOldContent()
    {
        using var disk = new SmallDisk(1);
        Tree.Make(disk.PathOf("folder"), new() { ["keep"] = s_text });
        using (StagingFolder staging = StagingFolder.Create(disk.Root, replace: true, TimeProvider.System))
        {
            Assert.StartsWith(disk.Root, staging.Content, StringComparison.Ordinal);
            Directory.Delete(staging.Content);

            Assert.Throws<ArchiveException>(staging.Commit);
        }

        Assert.Equal(["folder", "folder/keep", "old"], disk.Left);
    }

    [Fact]
    public void Create_SetAsideInsideDestination_RestoresMissingEntries()
    {
        Occupy();
        string left = Path.Combine(Destination, ".cpartifact-aaaaaaaaaaaa");
        Tree.Make(Path.Combine(left, "old"), new()
        {
            ["keep"] = "older"u8.ToArray(), ["file"] = s_text, ["folder/deep"] = s_text,
        });
        File.WriteAllText(Path.Combine(left, ".lock"), "cpthirdparty\n");

        StagingFolder.Create(Destination, replace: true, TimeProvider.System).Dispose();

        Assert.Equal(["file", "folder", "folder/deep", "keep"], Names());
        Assert.Equal("old", Read("keep"));
    }

    [Fact]
    public void Create_StagingFolderOfLiveProcess_IsKept()
    {
        using StagingFolder first = StagingFolder.Create(Destination, replace: false, TimeProvider.System);
        using StagingFolder second = StagingFolder.Create(Destination, replace: false, TimeProvider.System);

        Assert.True(Directory.Exists(first.Content));
        Assert.NotEqual(first.Content, second.Content);
    }

    [Fact]
    public void Commit_Concurrently_DoesNotMixContent()
    {
        using StagingFolder first = StagingFolder.Create(Destination, replace: false, TimeProvider.System);
        using StagingFolder second = StagingFolder.Create(Destination, replace: false, TimeProvider.System);
        File.WriteAllText(Path.Combine(first.Content, "first"), "x");
        File.WriteAllText(Path.Combine(second.Content, "second"), "x");
        first.Commit();

        ArchiveException error = Assert.Throws<ArchiveException>(second.Commit);

        Assert.Equal(ArchiveFault.Conflict, error.Fault);
        Assert.Equal(["first"], Names());
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Create_Default_IsAccessibleToOwnerOnly()
    {
        using StagingFolder staging = StagingFolder.Create(Destination, replace: false, TimeProvider.System);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(staging.Content)!));
    }

    [UnixFact]
    public async Task Extract_DestinationIsLink_FillsTarget()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Directory.CreateDirectory(Temp.PathOf("real"));
        Directory.CreateSymbolicLink(Temp.PathOf("between"), "real");
        Directory.CreateSymbolicLink(Destination, "between");

        await ExtractAsync();

        Assert.Equal("text", File.ReadAllText(Path.Combine(Temp.PathOf("real"), "a")));
        Assert.Equal("between", new DirectoryInfo(Destination).LinkTarget);
        Assert.Equal("real", new DirectoryInfo(Temp.PathOf("between")).LinkTarget);
    }

    [UnixFact]
    public async Task Extract_ReplaceLink_KeepsTarget()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Tree.Make(Temp.PathOf("precious"), new() { ["keep"] = s_text });
        Directory.CreateSymbolicLink(Destination, Temp.PathOf("precious"));

        await new ArchiveExtractor().ExtractAsync(Archive, Destination, replace: true);

        Assert.Equal(["a"], Names());
        Assert.Null(new DirectoryInfo(Destination).LinkTarget);
        Assert.Equal(["keep"], Directory.GetFiles(Temp.PathOf("precious")).Select(Path.GetFileName));
        AssertNothingBeside();
    }

    [UnixFact]
    public async Task Extract_DestinationIsBrokenLink_ConflictsUnlessReplaced()
    {
        new ZipForge().Add("a", s_text).Save(Archive);
        Directory.CreateSymbolicLink(Destination, Temp.PathOf("nowhere"));

        await RefusedAsync(ArchiveFault.Conflict);
        Assert.Equal(Temp.PathOf("nowhere"), new FileInfo(Destination).LinkTarget);
        await new ArchiveExtractor().ExtractAsync(Archive, Destination, replace: true);

        Assert.Equal(["a"], Names());
    }

    [UnixFact]
    public async Task Extract_DestinationIsLinkOfAnotherUser_Conflicts()
    {
        if (Environment.UserName != "root")
        {
            // Only an administrator can change the owner of a file.
            return;
        }

        new ZipForge().Add("a", s_text).Save(Archive);
        Directory.CreateDirectory(Temp.PathOf("theirs"));
        Directory.CreateSymbolicLink(Destination, Temp.PathOf("theirs"));
        Run("chown", "-h", "12345", Destination);

        await RefusedAsync(ArchiveFault.Conflict);

        Assert.Empty(Directory.GetFileSystemEntries(Temp.PathOf("theirs")));
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("/etc")]
    [InlineData("..")]
    [InlineData(".cpartifact-bbbbbbbbbbbb")]
    public void Create_SetAsideUnderInvalidName_IsNotRestored(string name)
    {
        string left = Leave("aaaaaaaaaaaa", name);
        Tree.Make(Path.Combine(left, "old"), new() { ["keep"] = s_text });

        StagingFolder.Create(Temp.PathOf("other"), replace: false, TimeProvider.System).Dispose();

        Assert.True(File.Exists(Path.Combine(left, "old", "keep")));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string Leave(string id, string destinationName)
    {
        string folder = Directory.CreateDirectory(Temp.PathOf(".cpartifact-" + id)).FullName;
        File.WriteAllText(Path.Combine(folder, ".lock"), "cpthirdparty\n" + destinationName);
        return folder;
    }

    private void Occupy() => Tree.Make(Destination, new() { ["keep"] = "old"u8.ToArray() });

    private void AssertNothingBeside() => Assert.Empty(
        Directory.GetFileSystemEntries(Temp.PathOf("."), ".cp*", new EnumerationOptions { AttributesToSkip = 0 }));
}
