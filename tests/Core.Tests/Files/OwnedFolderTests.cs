using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
#if NET
using CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;
#endif
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Files;

/// <summary>Temporary folders with a lock. A sweep removes only the folders of dead owners of the same user.</summary>
public sealed class OwnedFolderTests : IDisposable
{
    private const string Prefix = ".owned-";
    private readonly TempFolder _temp = new();

    public OwnedFolderTests()
    {
        Directory.CreateDirectory(Place);
        Directory.CreateDirectory(_temp.PathOf("precious/sub"));
        _temp.Write("precious/thesis", "precious");
        _temp.Write("precious/sub/key", "precious");
    }

    private string Place => _temp.PathOf("place");

    private string[] Left => Directory.GetFileSystemEntries(Place).Select(each => Path.GetFileName(each)!).ToArray();

    public void Dispose()
    {
        Assert.Equal("precious", File.ReadAllText(_temp.PathOf("precious/thesis")));
        Assert.Equal("precious", File.ReadAllText(_temp.PathOf("precious/sub/key")));
        _temp.Dispose();
    }

    [Fact]
    public void Dispose_RemovesFolderWithContent()
    {
        OwnedFolder folder = OwnedFolder.Create(Place, Prefix, "note");
        Fill(folder.Path);

        folder.Dispose();
        folder.Dispose();

        Assert.Empty(Left);
    }

    [Fact]
    public async Task CreateForUser_WhileOthersEnd_Succeeds()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                using OwnedFolder folder = OwnedFolder.CreateForUser(Place, Prefix);
                Assert.True(Directory.Exists(folder.Path));
            }
        })));

        Assert.Empty(Left);
    }

    [Fact]
    public void Sweep_LivingOwner_RemovesNothing()
    {
        using OwnedFolder folder = OwnedFolder.Create(Place, Prefix);
        Fill(folder.Path);

        Sweep();
        Sweep();

        Assert.True(File.Exists(Path.Combine(folder.Path, "file")));
    }

    [Fact]
    public void Sweep_DeadOwner_RemovesAllAndPassesNote()
    {
        string left = Leave("dead", "the note");
        List<string> notes = new();

        OwnedFolder.Sweep(Place, Prefix, TimeProvider.System, (_, _, note) =>
        {
            notes.Add(note);
            return true;
        });

        Assert.Equal(["the note"], notes);
        Assert.False(Directory.Exists(left));
        Assert.Empty(Left);
    }

    [Fact]
    public void Sweep_RescueFails_RemovesNothing()
    {
        string left = Leave("dead", "the note");

        OwnedFolder.Sweep(Place, Prefix, TimeProvider.System, (_, _, _) => false);

        Assert.True(File.Exists(Path.Combine(left, "file")));
    }

    [Fact]
    public void Sweep_ForeignLock_RemovesNothing()
    {
        string left = Leave("dead", "x");
        File.WriteAllText(Path.Combine(left, ".lock"), "somebody's");

        Sweep();

        Assert.True(File.Exists(Path.Combine(left, "file")));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void Sweep_NoLock_WaitsForADay(int days, bool stays)
    {
        string left = Leave("dead", "x");
        File.Delete(Path.Combine(left, ".lock"));
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(days));

        OwnedFolder.Sweep(Place, Prefix, clock);

        Assert.Equal(stays, Directory.Exists(left));
    }

    [Fact]
    public void Sweep_MissingPlace_DoesNothing()
    {
        OwnedFolder.Sweep(_temp.PathOf("nowhere"), Prefix, TimeProvider.System);
        OwnedFolder.Sweep(_temp.PathOf("precious/thesis"), Prefix, TimeProvider.System);
        OwnedFolder.SweepForUser(_temp.PathOf("nowhere"), Prefix, TimeProvider.System);
    }

    [Fact]
    public void Create_MissingPlace_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => OwnedFolder.Create(_temp.PathOf("nowhere"), Prefix));

    [Fact]
    public void CreateForUser_LastOwner_RemovesUsersFolder()
    {
        OwnedFolder first = OwnedFolder.CreateForUser(Place, "a-");
        OwnedFolder second = OwnedFolder.CreateForUser(Place, "b-");

        Assert.Equal(Path.GetDirectoryName(first.Path), Path.GetDirectoryName(second.Path));
        first.Dispose();
        Assert.Single(Left);
        second.Dispose();
        Assert.Empty(Left);
    }

#if NET
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static TheoryData<string> Traps => new(
        "folder is a link", "folder is for the group to write", "folder is for all to write", "lock is a link",
        "lock is a hard link", "lock is for all to write", "lock is a FIFO", "lock is a folder",
        "folder is another user's", "lock is another user's");

    [UnixTheory]
    [UnsupportedOSPlatform("windows")]
    [MemberData(nameof(Traps))]
    public void Sweep_PlantedByOtherUser_TouchesNothing(string trap)
    {
        if (trap.EndsWith("user's", StringComparison.Ordinal) && Environment.UserName != "root")
        {
            // Only root can change the owner of a file.
            return;
        }

        string left = Leave("trap", "x");
        string @lock = Path.Combine(left, ".lock");
        switch (trap)
        {
            case "folder is a link":
                Directory.Move(left, _temp.PathOf("behind"));
                Directory.CreateSymbolicLink(left, _temp.PathOf("behind"));
                break;
            case "folder is for the group to write":
                File.SetUnixFileMode(left, OwnersOnly | UnixFileMode.GroupWrite);
                break;
            case "folder is for all to write":
                File.SetUnixFileMode(left, OwnersOnly | UnixFileMode.OtherWrite);
                break;
            case "lock is a link":
                File.Move(@lock, _temp.PathOf("lock"));
                File.CreateSymbolicLink(@lock, _temp.PathOf("lock"));
                break;
            case "lock is a hard link":
                Run("ln", @lock, _temp.PathOf("lock"));
                break;
            case "lock is for all to write":
                File.SetUnixFileMode(@lock, OwnersOnly | UnixFileMode.OtherWrite);
                break;
            case "lock is a FIFO":
                File.Delete(@lock);
                Run("mkfifo", "-m", "600", @lock);
                break;
            case "lock is a folder":
                File.Delete(@lock);
                Directory.CreateDirectory(@lock);
                break;
            case "folder is another user's":
                Run("chown", "-h", "12345", left);
                break;
            default:
                Run("chown", "-h", "12345", @lock);
                break;
        }

        // The folder must stay even if it is old and looks right in every other way.
        OwnedFolder.Sweep(Place, Prefix, new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(9)));

        Assert.True(File.Exists(Path.Combine(left, "file")));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Sweep_FolderBecomesLink_StaysInFolder()
    {
        string left = Leave("dead", "x");
        OwnedFolder.Sweep(Place, Prefix, TimeProvider.System, (_, _, _) =>
        {
            // Another user could do this between two system calls.
            Directory.Move(left, _temp.PathOf("moved"));
            Directory.CreateSymbolicLink(left, _temp.PathOf("precious"));
            return true;
        });

        Assert.Empty(Directory.GetFileSystemEntries(_temp.PathOf("moved")));
        Assert.True(Directory.Exists(_temp.PathOf("precious/sub")));
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Remove_LinksAndOddNames_LeavesNothing()
    {
        OwnedFolder folder = OwnedFolder.Create(Place, Prefix);
        string deep = Path.Combine(folder.Path, "job", "deep");
        Directory.CreateDirectory(Path.Combine(deep, "sub"));
        File.WriteAllText(Path.Combine(deep, "sub", "file"), "x");
        Directory.CreateSymbolicLink(Path.Combine(deep, "link"), _temp.PathOf("precious"));
        File.CreateSymbolicLink(Path.Combine(deep, "dangling"), "nowhere");
        Run("sh", "-c", $"cd '{deep}' && touch \"$(printf 'a\\377b')\" && mkdir \"$(printf 'd\\377')\" && mkfifo fifo");
        foreach (string locked in new[] { Path.Combine(deep, "sub"), deep })
        {
            File.SetUnixFileMode(locked, UnixFileMode.None);
        }

        Assert.Null(folder.Remove());

        Assert.Empty(Left);
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Remove_VeryDeepTree_LeavesNothing()
    {
        // 3,000 levels exceed the maximum path length and the number of descriptors.
        OwnedFolder folder = OwnedFolder.Create(Place, Prefix);
        Run(
            "sh", "-c",
            $"cd '{folder.Path}' && i=0; while [ $i -lt 3000 ]; do mkdir d && cd -P d || exit 1; i=$((i+1)); done; "
            + "touch end");

        Assert.Null(folder.Remove());

        Assert.Empty(Left);
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Create_FolderAndLock_AreForOwnerOnly()
    {
        using OwnedFolder folder = OwnedFolder.CreateForUser(Place, Prefix);

        Assert.Equal(OwnersOnly, File.GetUnixFileMode(folder.Path));
        Assert.Equal(OwnersOnly, File.GetUnixFileMode(Path.GetDirectoryName(folder.Path)!));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, ".lock")));
    }

    [UnixTheory]
    [UnsupportedOSPlatform("windows")]
    [InlineData("link")]
    [InlineData("file")]
    [InlineData("open to all")]
    public void CreateForUser_NameTaken_UsesAnother(string by)
    {
        string taken = Path.Combine(Place, OwnedFolder.UserPrefix + UserFolderName.Value);
        switch (by)
        {
            case "link":
                Directory.CreateSymbolicLink(taken, _temp.PathOf("precious"));
                break;
            case "file":
                File.WriteAllText(taken, "theirs");
                break;
            default:
                Directory.CreateDirectory(taken);
                File.SetUnixFileMode(taken, OwnersOnly | UnixFileMode.OtherWrite);
                break;
        }

        OwnedFolder folder = OwnedFolder.CreateForUser(Place, Prefix);
        Assert.DoesNotContain(taken + "/", folder.Path, StringComparison.Ordinal);
        string left = Path.Combine(Path.GetDirectoryName(folder.Path)!, Prefix + "dead");
        Fill(left);
        File.WriteAllText(Path.Combine(left, ".lock"), "cpthirdparty\n");

        OwnedFolder.SweepForUser(Place, Prefix, TimeProvider.System);

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(folder.Path));
        folder.Dispose();
        Assert.Equal([Path.GetFileName(taken)], Left);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
#endif

    private static void Fill(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "a", "b"));
        File.WriteAllText(Path.Combine(folder, "file"), "x");
        File.WriteAllText(Path.Combine(folder, "a", "b", "file"), "x");
    }

    private void Sweep() => OwnedFolder.Sweep(Place, Prefix, TimeProvider.System);

    private string Leave(string id, string note)
    {
        string folder = Path.Combine(Place, Prefix + id);
        Fill(folder);
        File.WriteAllText(Path.Combine(folder, ".lock"), "cpthirdparty\n" + note);
        return folder;
    }
}
