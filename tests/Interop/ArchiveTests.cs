using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Tests that other programs can read our zips, and that we can read their zips and tars.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Source => _temp.PathOf("source");

    private string Archive => _temp.PathOf("archive");

    private string Destination => _temp.PathOf("out");

    public void Dispose() => _temp.Dispose();

    [ToolFact(Tool.InfoZip)]
    public async Task ZipFolder_Unzip_RestoresFolder()
    {
        string unzip = await Tools.UnzipAsync();
        MakeFolder();
        await PackAsync();

        // Makes unzip read names as Unicode in any locale.
        await RunAsync(unzip, ["-q", Archive, "-d", Destination], new() { ["LC_ALL"] = "C.UTF-8" });

        Assert.Equal(Describe(Source), Describe(Destination));
    }

    [ToolFact(Tool.Boto3)]
    public async Task ZipFolder_Python_FindsNoErrors()
    {
        string python = await Tools.PythonAsync();
        MakeFolder();
        await PackAsync();

        JsonElement seen = await ListAsync(python);

        Assert.Equal(JsonValueKind.Null, seen.GetProperty("bad").ValueKind);
        Assert.Equal(
            ["bin/run", "empty/", "large", "link", "zero", "ünï/漢字 😀.txt"],
            seen.GetProperty("names").EnumerateArray().Select(name => name.GetString()!));
    }

    [ToolFact(Tool.Boto3)]
    public async Task ZipFolder_MoreThan65535Files_IsReadByPythonAndUs()
    {
        string python = await Tools.PythonAsync();
        for (int folder = 0; folder < 100; folder++)
        {
            string path = Directory.CreateDirectory(Path.Combine(Source, "d" + folder)).FullName;
            for (int file = 0; file < 660; file++)
            {
                File.WriteAllText(Path.Combine(path, "f" + file), "x");
            }
        }

        await PackAsync();

        Assert.Equal(66_000, (await ListAsync(python)).GetProperty("count").GetInt32());
        ExtractionResult result = await new ArchiveExtractor().ExtractAsync(Archive, Destination);
        Assert.Equal((66_100, 66_000), (result.Entries, result.Bytes));
    }

    [ToolFact(Tool.Boto3)]
    public async Task Expand_PythonZip_RestoresFiles()
    {
        await PythonAsync("zip", Archive);

        await new ArchiveExtractor().ExtractAsync(Archive, Destination);

        Assert.Equal("names", Read("ünï/漢字 😀.txt"));
        Assert.Equal("#!/bin/sh", Read("link"));
        Assert.Equal("bin/run", new FileInfo(Path.Combine(Destination, "link")).LinkTarget);
        Assert.True(OperatingSystem.IsWindows() || IsExecutable("bin/run"));
        Assert.True(Directory.Exists(Path.Combine(Destination, "empty")));
        Assert.Equal(4000, Read("wide").Length);
        Assert.Equal(1000, Read("stored").Length);
        Assert.Equal(
            new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Local),
            File.GetLastWriteTime(Path.Combine(Destination, "bin/run")));
    }

    [ToolFact(Tool.Boto3)]
    public async Task Expand_PythonZipOver65535Entries_RestoresFiles()
    {
        await PythonAsync("many", Archive);

        ExtractionResult result = await new ArchiveExtractor().ExtractAsync(Archive, Destination);

        Assert.Equal(70_100, result.Entries);
        Assert.Equal("69999", Read("d99/69999"));
    }

    [ToolFact(Tool.Boto3)]
    public async Task Expand_StreamedPythonZip_RestoresFiles()
    {
        await PythonAsync("stream", Archive);

        await new ArchiveExtractor().ExtractAsync(Archive, Destination);

        Assert.Equal((100_000, "text"), (Read("streamed").Length, Read("second")));
    }

    [ToolFact(Tool.InfoZip)]
    public async Task Expand_InfoZip_RestoresFilesAndTimes()
    {
        string zip = await Tools.ZipAsync();
        MakeFolder();
        DateTime time = new(2011, 12, 13, 14, 15, 17, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(Source, "large"), time);
        await RunAsync(zip, ["-qry", Archive + ".zip", "."], [], Source);

        await new ArchiveExtractor().ExtractAsync(Archive + ".zip", Destination);

        Assert.Equal(Describe(Source), Describe(Destination));
        Assert.Equal(time, File.GetLastWriteTimeUtc(Path.Combine(Destination, "large")));
    }

    [ToolTheory(Tool.Tar)]
    [InlineData("gnu", "-c")]
    [InlineData("posix", "-c")]
    [InlineData("gnu", "-cz")]
    [InlineData("v7", "-c")]
    public async Task Expand_Tar_RestoresFolder(string format, string action)
    {
        string tar = await Tools.TarAsync();
        MakeFolder();
        await RunAsync(tar, [action, "--format=" + format, "-f", Archive, "-C", Source, "."], []);

        await new ArchiveExtractor().ExtractAsync(Archive, Destination);

        Assert.Equal(Describe(Source), Describe(Destination));
        Assert.Equal(
            File.GetLastWriteTimeUtc(Path.Combine(Source, "large")),
            File.GetLastWriteTimeUtc(Path.Combine(Destination, "large")),
            TimeSpan.FromSeconds(1));
    }

    [ToolTheory(Tool.Boto3)]
    [InlineData("gnu")]
    [InlineData("pax")]
    [InlineData("ustar")]
    public async Task Expand_PythonTar_RestoresFiles(string format)
    {
        await PythonAsync("tar", Archive, format);

        await new ArchiveExtractor().ExtractAsync(Archive, Destination);

        Assert.Equal("#!/bin/sh", Read("link"));
        Assert.Equal("#!/bin/sh", Read("hard"));
        Assert.Equal("names", Read("ünï 漢字"));
        Assert.Equal("long", Read(string.Concat(Enumerable.Repeat("long/", 30)) + "end"));
        Assert.True(OperatingSystem.IsWindows() || IsExecutable("dir/run"));
        Assert.Equal(
            DateTime.UnixEpoch.AddSeconds(1_000_000_000),
            File.GetLastWriteTimeUtc(Path.Combine(Destination, "dir/run")));
        if (format != "ustar")
        {
            Assert.Equal("longer", Read(string.Concat(Enumerable.Repeat("longer/", 100)) + "漢"));
        }
    }

    private void MakeFolder()
    {
        Directory.CreateDirectory(Path.Combine(Source, "bin"));
        Directory.CreateDirectory(Path.Combine(Source, "ünï"));
        Directory.CreateDirectory(Path.Combine(Source, "empty"));
        File.WriteAllText(Path.Combine(Source, "bin", "run"), "#!/bin/sh");
        File.WriteAllText(Path.Combine(Source, "ünï", "漢字 😀.txt"), "names");
        File.WriteAllBytes(Path.Combine(Source, "zero"), []);
        byte[] large = new byte[(2 * ZipPacker.SmallFile) + 5];
        new Random(3).NextBytes(large.AsSpan(0, large.Length / 2));
        File.WriteAllBytes(Path.Combine(Source, "large"), large);
        File.CreateSymbolicLink(Path.Combine(Source, "link"), "bin/run");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Source, "bin", "run"), (UnixFileMode)0b111_101_101);
        }
    }

    private async Task PackAsync()
    {
        using FileStream output = File.Create(Archive);
        await new ZipPacker().PackAsync(Source, output);
    }

    private async Task<JsonElement> ListAsync(string python) => JsonDocument.Parse(
        (await RunAsync(python, [Tools.Script("archives.py"), "list", Archive], [])).Output).RootElement;

    private static async Task PythonAsync(params string[] arguments) => await RunAsync(
        await Tools.PythonAsync(), [Tools.Script("archives.py"), .. arguments], []);

    private static async Task<ClientResult> RunAsync(
        string program, IEnumerable<string> arguments, Dictionary<string, string> variables, string? folder = null)
    {
        ClientResult result = (await ClientProcess.RunAsync(program, arguments, null, variables, folder: folder))!;
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private bool IsExecutable(string name) => !OperatingSystem.IsWindows()
        && File.GetUnixFileMode(Path.Combine(Destination, name)).HasFlag(UnixFileMode.UserExecute);

    private string Read(string name) => File.ReadAllText(Path.Combine(Destination, name));

    private static List<string> Describe(string root) => new DirectoryInfo(root)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(entry => Path.GetRelativePath(root, entry.FullName) + (entry switch
        {
            { LinkTarget: string target } => " -> " + target,
            DirectoryInfo => "/",
            _ => " " + (OperatingSystem.IsWindows() ? 0 : entry.UnixFileMode & UnixFileMode.UserExecute)
                + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry.FullName))),
        }))
        .Order(StringComparer.Ordinal).ToList();
}
