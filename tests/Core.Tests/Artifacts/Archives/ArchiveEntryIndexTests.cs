using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

public sealed class ArchiveEntryIndexTests
{
    [Theory]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("./../a")]
    [InlineData("a//../../b")]
    [InlineData("..\\a")]
    [InlineData("a\\..\\b")]
    [InlineData("a/..\\..\\b")]
    [InlineData("a/\\..\\b")]
    [InlineData("..\\../a")]
    public void Add_DotDot_IsUnsafeEverywhere(string name) => AssertEverywhere(ArchiveFault.Unsafe, name);

    [Theory]
    [InlineData("/a")]
    [InlineData("//server/share/a")]
    [InlineData("\\a")]
    [InlineData("\\\\server\\share\\a")]
    [InlineData("\\\\?\\C:\\a")]
    [InlineData("\\\\.\\pipe\\a")]
    public void Add_AbsoluteOrNetworkPath_IsUnsafeEverywhere(string name) =>
        AssertEverywhere(ArchiveFault.Unsafe, name);

    [Theory]
    [InlineData("C:")]
    [InlineData("C:\\a")]
    [InlineData("z:/a")]
    [InlineData("a:/b")]
    [InlineData("A:\\b")]
    [InlineData("Z:/b")]
    public void Add_DrivePath_IsUnsafeEverywhere(string name) => AssertEverywhere(ArchiveFault.Unsafe, name);

    [Theory]
    [InlineData("C:a")]
    [InlineData("1:/a")]
    [InlineData("@:/a")]
    [InlineData("[:/a")]
    [InlineData("`:/a")]
    [InlineData("{:/a")]
    [InlineData("ab:/c")]
    [InlineData("a/C:b")]
    [InlineData("a:b")]
    [InlineData("a.txt:stream:$DATA")]
    [InlineData("folder::$INDEX_ALLOCATION/a")]
    public void Add_DriveOrAlternateStream_IsUnsafeOnWindows(string name) => AssertOnWindows(name);

    [Theory]
    [InlineData("CON")]
    [InlineData("nul")]
    [InlineData("NUL.txt")]
    [InlineData("a/NUL .txt")]
    [InlineData("Aux.tar.gz")]
    [InlineData("PRN/a")]
    [InlineData("COM1")]
    [InlineData("com0.log")]
    [InlineData("COM\u00b9")]
    [InlineData("LPT\u00b3.x")]
    [InlineData("LPT9")]
    [InlineData("CONIN$")]
    [InlineData("conout$")]
    public void Add_DeviceName_IsUnsafeOnWindows(string name) => AssertOnWindows(name);

    [Theory]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a./b")]
    [InlineData(". .")]
    [InlineData(".. ")]
    [InlineData("...")]
    public void Add_TrailingDotOrSpace_IsUnsafeOnWindows(string name) => AssertOnWindows(name);

    [Theory]
    [InlineData("a\u0001")]
    [InlineData("a\nb")]
    [InlineData("a?")]
    [InlineData("a*b/c")]
    [InlineData("<a>")]
    [InlineData("a|b")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    public void Add_ControlOrSpecialCharacter_IsUnsafeOnWindows(string name) => AssertOnWindows(name);

    [Fact]
    public void Add_Nul_IsUnsafeEverywhere() => AssertEverywhere(ArchiveFault.Unsafe, "a\0b");

    [Theory]
    [InlineData("%2e%2e/a")]
    [InlineData("\uff0e\uff0e/a")]
    [InlineData("..a")]
    [InlineData("a..b/c")]
    [InlineData("COM10")]
    [InlineData("CONSOLE")]
    [InlineData("two words/and a space.txt")]
    [InlineData("!#$%&'()+,-;=@[]^_`{}~")]
    [InlineData("nuls.txt")]
    [InlineData(".gitignore")]
    [InlineData("漢字/עברית/😀")]
    public void Add_LookAlikeCharacters_AreOrdinaryNames(string name)
    {
        foreach (NameRules rules in new[] { NameRules.Linux, NameRules.MacOS, NameRules.Windows })
        {
            Assert.Equal(name, New(rules).Add(name, NodeKind.File).Path);
        }
    }

    [Theory]
    [InlineData("a/b/", "a/b")]
    [InlineData("./a", "a")]
    [InlineData("a//b", "a/b")]
    [InlineData("a/./b", "a/b")]
    public void Add_EmptySegments_AreRemovedFromPath(string name, string path) =>
        Assert.Equal(path, New(NameRules.Linux).Add(name, NodeKind.Folder).Path);

    [Fact]
    public void Add_FileNamedAsRoot_IsUnsafe() => AssertEverywhere(ArchiveFault.Unsafe, "./");

    [Theory]
    [InlineData("File.txt", "file.TXT")]
    [InlineData("Folder/a", "folder/b")]
    [InlineData("Ä", "ä")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("\u00e9/a", "e\u0301/b")]
    public void Add_NamesEqualOnSystem_Conflict(string first, string second)
    {
        foreach (NameRules rules in new[] { NameRules.MacOS, NameRules.Windows })
        {
            ArchiveEntryIndex tree = New(rules);
            tree.Add(first, NodeKind.File);

            AssertFault(ArchiveFault.Conflict, () => tree.Add(second, NodeKind.File));
        }

        ArchiveEntryIndex other = New(NameRules.Linux);
        other.Add(first, NodeKind.File);
        other.Add(second, NodeKind.File);
    }

    [Theory]
    [InlineData("a", nameof(NodeKind.File), "a", nameof(NodeKind.File))]
    [InlineData("a", nameof(NodeKind.File), "a/b", nameof(NodeKind.File))]
    [InlineData("a/b", nameof(NodeKind.File), "a", nameof(NodeKind.File))]
    [InlineData("a", nameof(NodeKind.Folder), "a", nameof(NodeKind.File))]
    [InlineData("a", nameof(NodeKind.File), "a", nameof(NodeKind.Folder))]
    [InlineData("a", nameof(NodeKind.Folder), "a", nameof(NodeKind.Link))]
    [InlineData("a/b", nameof(NodeKind.File), "a", nameof(NodeKind.Link))]
    [InlineData("a", nameof(NodeKind.Link), "a", nameof(NodeKind.Folder))]
    [InlineData("a", nameof(NodeKind.Link), "a", nameof(NodeKind.File))]
    [InlineData("a", nameof(NodeKind.Link), "a", nameof(NodeKind.Link))]
    [InlineData("a/b", nameof(NodeKind.File), "./a//b", nameof(NodeKind.File))]
    public void Add_SamePathTwice_Conflicts(string first, string kind, string second, string other)
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);
        tree.Add(first, Enum.Parse<NodeKind>(kind));

        AssertFault(ArchiveFault.Conflict, () => tree.Add(second, Enum.Parse<NodeKind>(other)));
    }

    [Fact]
    public void Add_EmptyName_IsDamaged() => AssertEverywhere(ArchiveFault.Damaged, string.Empty);

    [Fact]
    public void Add_FolderTwice_Merges()
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);

        Assert.Same(tree.Add("a/", NodeKind.Folder), tree.Add("a", NodeKind.Folder));
        Assert.Equal(1, tree.Count);
    }

    [Fact]
    public void Add_PathThroughLink_IsUnsafe()
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);
        tree.Add("a/link", NodeKind.Link).Target = ".";

        AssertFault(ArchiveFault.Unsafe, () => tree.Add("a/link/b", NodeKind.File));
    }

    [Theory]
    [InlineData("link", "/etc/passwd")]
    [InlineData("link", "\\\\server\\share")]
    [InlineData("link", "C:\\Windows")]
    [InlineData("link", "C:")]
    [InlineData("link", "..")]
    [InlineData("a/link", "../..")]
    [InlineData("a/link", "b/../../../c")]
    [InlineData("link", "..\\..\\a")]
    [InlineData("link", "")]
    [InlineData("link", "a\0b")]
    [InlineData("link", "missing/../../a")]
    public void CheckLinks_LinkOutsideTree_IsUnsafe(string name, string target)
    {
        foreach (NameRules rules in new[] { NameRules.Linux, NameRules.MacOS, NameRules.Windows })
        {
            ArchiveEntryIndex tree = New(rules);
            tree.Add("a/b/file", NodeKind.File);
            tree.Add(name, NodeKind.Link).Target = target;

            ArchiveException error = AssertFault(ArchiveFault.Unsafe, tree.CheckLinks);
            Assert.Equal(name, error.Entry);
        }
    }

    [Theory]
    [InlineData("x/y/up", "../..", "x/out", "y/up/../secret")]
    [InlineData("d/here", ".", "d/out", "here/here/../../secret")]
    [InlineData("d/e/top", "../..", "out", "d/e/top/d/e/top/../secret")]
    public void CheckLinks_ChainOutsideTree_IsUnsafe(string first, string target, string second, string chained)
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);
        tree.Add(first, NodeKind.Link).Target = target;
        tree.Add(second, NodeKind.Link).Target = chained;

        Assert.Equal(second, AssertFault(ArchiveFault.Unsafe, tree.CheckLinks).Entry);
    }

    [Theory]
    [InlineData("link", "a/b/file", false)]
    [InlineData("a/link", "b", true)]
    [InlineData("a/b/link", "../..", true)]
    [InlineData("a/b/link", "../../a/./b//file", false)]
    [InlineData("link", "missing", false)]
    [InlineData("a/link", "link", false)]
    [InlineData("link", "./a//b/.", true)]
    [InlineData("link", "to-b", true)]
    [InlineData("link", "to-b/..", true)]
    [InlineData("link", "to-b/file", false)]
    public void CheckLinks_LinkInsideTree_IsKept(string name, string target, bool isFolder)
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);
        tree.Add("a/b/file", NodeKind.File);
        tree.Add("to-b", NodeKind.Link).Target = "a/b";
        ArchiveEntryNode link = tree.Add(name, NodeKind.Link);
        link.Target = target;

        tree.CheckLinks();

        Assert.Equal(isFolder, tree.IsFolder(link));
    }

    [Fact]
    public void CheckLinks_Backslashes_SeparateOnWindowsOnly()
    {
        foreach (NameRules rules in new[] { NameRules.Linux, NameRules.MacOS, NameRules.Windows })
        {
            ArchiveEntryIndex tree = New(rules);
            tree.Add("a/b/file", NodeKind.File);
            ArchiveEntryNode link = tree.Add("link", NodeKind.Link);
            link.Target = "a\\b";

            tree.CheckLinks();

            Assert.Equal(rules.IsWindows, tree.IsFolder(link));
        }
    }

    [Theory]
    [InlineData("NUL")]
    [InlineData("a/CON.txt")]
    [InlineData("a:stream")]
    [InlineData("a/b ")]
    public void CheckLinks_InvalidNameOnWindows_IsUnsafe(string target)
    {
        ArchiveEntryIndex tree = New(NameRules.Windows);
        tree.Add("link", NodeKind.Link).Target = target;
        ArchiveEntryIndex other = New(NameRules.Linux);
        other.Add("link", NodeKind.Link).Target = target;

        AssertFault(ArchiveFault.Unsafe, tree.CheckLinks);
        other.CheckLinks();
    }

    [Fact]
    public void Add_ImpliedFolders_CountAsEntries()
    {
        ArchiveEntryIndex tree = new("archive", NameRules.Linux, new ExtractionLimits { MaxEntries = 3 });
        tree.Add("a/b/c", NodeKind.File);

        Assert.Equal(3, tree.Count);
        AssertFault(ArchiveFault.TooLarge, () => tree.Add("d", NodeKind.File));
    }

    [Fact]
    public void Add_PathExceedsLimit_IsTooLarge()
    {
        ArchiveEntryIndex tree = new("archive", NameRules.Linux, new ExtractionLimits { MaxPathLength = 10 });
        tree.Add("0123456789", NodeKind.File);

        AssertFault(ArchiveFault.TooLarge, () => tree.Add("0123456789a", NodeKind.File));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(4000)]
    public void Add_RandomHostileNames_StayInside(int seed)
    {
        Random random = new(seed);
        int taken = 0;
        for (int round = 0; round < 1000; round++)
        {
            string name = Nasty(random);
            foreach (NameRules rules in new[] { NameRules.Linux, NameRules.MacOS, NameRules.Windows })
            {
                try
                {
                    AssertInside(New(rules).Add(name, NodeKind.File).Path, rules);
                    taken++;
                }
                catch (ArchiveException)
                {
                    // A rejected name is safe.
                }
            }
        }

        Assert.True(taken > 100, "Names are made that can be taken, or nothing is tested.");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(60)]
    [InlineData(700)]
    public void CheckLinks_RandomHostileLinks_StayInside(int seed)
    {
        Random random = new(seed);
        using var root = new TempFolder();
        int taken = 0;
        for (int round = 0; round < 300; round++)
        {
            taken += TryLinks(random, root.PathOf("r" + round)) ? 1 : 0;
        }

        Assert.True(taken > 20, "Links are made that can be kept, or nothing is tested.");
    }

    // Creates the accepted entries and resolves each link with the file system.
    private static bool TryLinks(Random random, string folder)
    {
        ArchiveEntryIndex tree = New(NameRules.Linux);
        string[] places = ["a", "a/b", "a/b/c", "d"];
        foreach (string place in places)
        {
            tree.Add(place, NodeKind.Folder);
        }

        for (int link = 0; link < 4; link++)
        {
            string target = string.Join(
                '/', Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(8) switch
                {
                    0 or 1 => "..",
                    2 => "a",
                    3 => "b",
                    4 => "c",
                    5 => "d",
                    _ => "l" + random.Next(4),
                }));
            tree.Add(places[random.Next(places.Length)] + "/l" + link, NodeKind.Link).Target = target;
        }

        try
        {
            tree.CheckLinks();
        }
        catch (ArchiveException)
        {
            return false;
        }

        string secret = Path.Combine(folder, "secret");
        string inside = Path.Combine(folder, "inside");
        File.WriteAllText(Directory.CreateDirectory(folder).FullName + "/secret", "outside");
        foreach (string place in places)
        {
            Directory.CreateDirectory(Path.Combine(inside, place));
        }

        foreach (ArchiveEntryNode link in tree.Links)
        {
            File.CreateSymbolicLink(Path.Combine(inside, link.Path), link.Target!);
        }

        foreach (ArchiveEntryNode link in tree.Links)
        {
            Assert.False(
                File.Exists(Path.Combine(inside, link.Path, "secret")),
                $"{link.Path} -> {link.Target} leads to {secret}");
        }

        return true;
    }

    private static void AssertInside(string path, NameRules rules)
    {
        string[] segments = path.Split(rules.IsWindows ? ['/', '\\'] : ['/']);
        Assert.DoesNotContain(string.Empty, segments);
        foreach (string segment in segments)
        {
            // Windows ignores trailing dots and spaces.
            string seen = rules.IsWindows ? segment.TrimEnd('.', ' ') : segment;
            Assert.NotEmpty(seen);
            Assert.NotEqual("..", seen);
            Assert.NotEqual(".", seen);
            Assert.True(!rules.IsWindows || seen.IndexOfAny([':', '\\']) < 0, path);
        }

        Assert.DoesNotContain("..", path.Split('/', '\\'));
        string full = Path.GetFullPath(Path.Combine("/base/of/all", path));
        Assert.StartsWith(
            "/base/of/all/", full.Replace('\\', '/')[(full.IndexOf("base", StringComparison.Ordinal) - 1)..]);
    }

    private static string Nasty(Random random)
    {
        string[] parts =
        [
            "..", ".", "/", "\\", "//", "a", "b", "C:", ":", " ", ". ", "CON", "nul.txt", "%2e", "\uff0e", "\u2215",
            "\0", "\u0001", "\n", "~", "$DATA", "é", "e\u0301", "\ud83d", "😀", "?", "*", "con", "\\\\?\\", "....",
        ];
        StringBuilder name = new();
        for (int count = random.Next(1, 8); count > 0; count--)
        {
            name.Append(parts[random.Next(parts.Length)]);
            if (random.Next(2) == 0)
            {
                name.Append(random.Next(3) == 0 ? '\\' : '/');
            }
        }

        return name.ToString();
    }

    private static ArchiveEntryIndex New(NameRules rules) => new("archive", rules, ExtractionLimits.Default);

    private static void AssertEverywhere(ArchiveFault fault, string name)
    {
        foreach (NameRules rules in new[] { NameRules.Linux, NameRules.MacOS, NameRules.Windows })
        {
            AssertFault(fault, () => New(rules).Add(name, NodeKind.File));
        }
    }

    private static void AssertOnWindows(string name)
    {
        AssertFault(ArchiveFault.Unsafe, () => New(NameRules.Windows).Add(name, NodeKind.File));
        New(NameRules.Linux).Add(name, NodeKind.File);
        New(NameRules.MacOS).Add(name, NodeKind.File);
    }

    private static ArchiveException AssertFault(ArchiveFault fault, Action action)
    {
        ArchiveException error = Assert.Throws<ArchiveException>(action);
        Assert.True(error.Fault == fault, error.Message);
        return error;
    }
}
