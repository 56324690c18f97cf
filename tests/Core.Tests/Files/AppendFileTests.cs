using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Files;

public sealed class AppendFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_MissingFile_CreatesItForOwnerOnly()
    {
        string path = _folder.PathOf("log");

        using (Stream file = AppendFile.Open(path))
        {
            Write(file, "one\n");
        }

        Assert.Equal("one\n", File.ReadAllText(path));
        Assert.True(
            OperatingSystem.IsWindows()
            || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void Open_ExistingFile_KeepsContentAndRights()
    {
        string path = _folder.Write("log", "before\n");
        const UnixFileMode Rights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Rights);
        }

        using (Stream file = AppendFile.Open(path))
        {
            Write(file, "after\n");
        }

        Assert.Equal("before\nafter\n", File.ReadAllText(path));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == Rights);
    }

    [Fact]
    public async Task Write_ManyWriters_KeepsEveryLineWhole()
    {
        const int Writers = 4;
        const int Lines = 500;
        string path = _folder.PathOf("log");

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            using Stream file = AppendFile.Open(path);
            for (int i = 0; i < Lines; i++)
            {
                Write(file, $"{writer}-{i}-{new string('x', 200)}\n");
            }
        })));

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(Writers * Lines, lines.Distinct().Count());
        Assert.All(lines, line => Assert.EndsWith(new string('x', 200), line, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_AfterTruncation_ContinuesAtNewEnd()
    {
        string path = _folder.PathOf("log");
        using Stream file = AppendFile.Open(path);
        Write(file, "one\n");

        // Like copytruncate of logrotate.
        using (var rotate = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            rotate.SetLength(0);
        }

        Write(file, "two\n");

        Assert.Equal("two\n", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_SymbolicLink_Throws(bool isDangling)
    {
        string theirs = isDangling ? _folder.PathOf("nowhere") : _folder.Write("theirs", "theirs");
        string path = _folder.PathOf("log");
        File.CreateSymbolicLink(path, theirs);

        IOException error = Assert.Throws<IOException>(() => AppendFile.Open(path));

        Assert.Equal("It is a symbolic link.", error.Message);
        Assert.Equal(!isDangling, File.Exists(theirs));
        Assert.True(isDangling || File.ReadAllText(theirs) == "theirs");
    }

    [Fact]
    public void Open_Folder_Throws() =>
        Assert.ThrowsAny<Exception>(() => AppendFile.Open(_folder.PathOf(string.Empty)));

    [Fact]
    public void Open_MissingFolder_Throws() =>
        Assert.ThrowsAny<IOException>(() => AppendFile.Open(_folder.PathOf("no/such/log")));

    private static void Write(Stream file, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        file.Write(bytes, 0, bytes.Length);
        file.Flush();
    }
}
