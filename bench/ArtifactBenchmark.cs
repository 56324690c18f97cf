using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>
/// (e) Downloads and expands, and zips and uploads, 1 GiB in 10,000 files and in one file. Compares the module with the
/// AWS CLI plus zip, unzip or Expand-Archive. Measures wall time and peak memory of whole processes.
/// </summary>
/// <remarks>
/// Deletes expanded files only after all rounds and runs <c>sync</c> before each program: ext4 does not reuse recently
/// freed inodes, so creating 10,000 files soon after a deletion takes at least a second longer.
/// </remarks>
internal static class ArtifactBenchmark
{
    private const long Size = 1L << 30;
    private const int Rounds = 3;
    private const double MemoryGoal = 200;

    private static readonly (string Name, int Files)[] s_shapes = { ("Many", 10_000), ("One", 1) };

    public static async Task RunAsync(Report report)
    {
        report.Head("(e) Artifacts of 1 GiB: process start to end, and peak memory");
        if (!report.Needs(Peer.PowerShell, "PowerShell") || !report.Needs("aws", "AWS CLI")
            || !report.Needs("zip", "zip") || !report.Needs("unzip", "unzip"))
        {
            return;
        }

        DirectoryInfo root = Directory.CreateTempSubdirectory("cptp-bench-");
        try
        {
            foreach ((string name, int files) in s_shapes)
            {
                string folder = Path.Combine(root.FullName, name);
                WriteFiles(folder, files);
                Shell(folder, $"zip -qr ../{name}.zip .");
                await MeasureAsync(report, root.FullName, name, files);
                Directory.Delete(folder, recursive: true);
                File.Delete(folder + ".zip");
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Report report, string root, string name, int files)
    {
        string zip = Path.Combine(root, name + ".zip");
        using var server = new EmulatorServer(
            1,
            new[] { "Test/Bench/1" },
            "--input", $"{name}={zip}", "--output-artifact", "Out", "--credential-lifetime", "3600");
        var peer = new Peer(server);
        JobArtifact input = await InputAsync(server);
        string uri = $"s3://{input.BucketName}/{input.ObjectKey}";
        string target = Path.Combine(root, "out");
        string kept = Path.Combine(root, "kept");
        Directory.CreateDirectory(kept);
        string what = files == 1 ? "one file" : $"{files.ToString("N0", CultureInfo.InvariantCulture)} files";

        string module = $"Import-Module '{Peer.Module}'; $ErrorActionPreference = 'Stop'; ";
        string details = $"Get-CPThirdPartyJobDetail '{server.FirstJobId}'";
        string save = $"{module}{details} | Save-CPThirdPartyJobArtifact -Destination '{target}' -Expand | Out-Null; "
            + "exit";
        string publish = $"{module}{details} | Publish-CPThirdPartyJobArtifact -Path '{Path.Combine(root, name)}' | "
            + "Out-Null; exit";
        string expand = $"Expand-Archive -LiteralPath '{zip}' -DestinationPath '{target}'; exit";
        string copyAndExpand = $"aws s3 cp --only-show-errors '{uri}' '{target}.zip' && "
            + $"{PowerShellCommand()} -NoProfile -c "
            + $"\"Expand-Archive -LiteralPath '{target}.zip' -DestinationPath '{target}'; exit\"";
        string copyAndUnzip = $"aws s3 cp --only-show-errors '{uri}' '{target}.zip' && "
            + $"unzip -q '{target}.zip' -d '{target}'";
        string zipAndCopy = $"cd '{Path.Combine(root, name)}' && zip -qr '{target}.zip' . && "
            + $"aws s3 cp --only-show-errors '{target}.zip' '{uri}.copy'";

        var ours = new Runs();
        var theirs = new Runs();
        var archive = new Runs();
        var copiedArchive = new Runs();
        var published = new Runs();
        var copied = new Runs();
        for (int round = 0; round < Rounds; round++)
        {
            Run(ours, Peer.PowerShell, "-NoProfile", "-c", save);
            Run(theirs, "sh", "-c", copyAndUnzip);
            Run(copiedArchive, "sh", "-c", copyAndExpand);
            Run(archive, Peer.PowerShell, "-NoProfile", "-c", expand);
            Run(published, Peer.PowerShell, "-NoProfile", "-c", publish);
            Run(copied, "sh", "-c", zipAndCopy);
        }

        Directory.Delete(kept, recursive: true);
        report.Row($"save and expand, {what}", ours.Show());
        report.Row("aws s3 cp + unzip", theirs.Time());
        report.Row("aws s3 cp + Expand-Archive", copiedArchive.Time());
        report.Row("Expand-Archive of a local file", archive.Show());
        double inflating = Inflate(zip);
        report.Row("inflate only, one thread", FormattableString.Invariant($"{inflating:0.###} s"));
        double floor = inflating / copiedArchive.Seconds;
        double shared = floor / Environment.ProcessorCount;
        report.Goal($"ours / aws s3 cp + unzip, {what}", ours.Seconds / theirs.Seconds, atMost: 0.6);
        report.Goal(
            $"ours / aws s3 cp + Expand-Archive, {what}",
            ours.Seconds / copiedArchive.Seconds,
            atMost: 0.2,
            limit: files > 1
                ? FormattableString.Invariant(
                    $"Decompression alone takes {shared:0.###} of the time on {Environment.ProcessorCount} cores. ")
                    + "The rest is for the emulator on the same machine, checksums and writing the files."
                : FormattableString.Invariant(
                    $"One Deflate stream cannot be parallelized. Decompression alone takes {floor:0.###} of ")
                    + "the time.");
        report.Row(
            "ours / Expand-Archive of a local file",
            FormattableString.Invariant($"{ours.Seconds / archive.Seconds:0.###}"));
        report.Goal($"peak memory, save {what}", ours.PeakMegabytes, atMost: MemoryGoal, unit: " MB");
        report.Row($"zip and publish, {what}", published.Show());
        report.Row("zip -r + aws s3 cp", copied.Time());
        report.Row(
            $"ours / zip -r + aws s3 cp, {what}",
            FormattableString.Invariant($"{published.Seconds / copied.Seconds:0.###}"));
        report.Goal($"peak memory, publish {what}", published.PeakMegabytes, atMost: MemoryGoal, unit: " MB");

        void Run(Runs runs, string program, params string[] arguments)
        {
            Shell(root, "sync");
            runs.Add(peer.Measure(program, arguments));
            if (Directory.Exists(target))
            {
                int found = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Count();
                if (found != files)
                {
                    throw new InvalidOperationException($"{program} wrote {found} files instead of {files}.");
                }

                Directory.Move(target, Path.Combine(kept, Guid.NewGuid().ToString("N")));
            }

            File.Delete(target + ".zip");
        }
    }

    /// <summary>
    /// Returns the seconds to decompress with one thread, without download, checks and writing: the minimum for any
    /// single-threaded program.
    /// </summary>
    private static double Inflate(string zip)
    {
        byte[] buffer = new byte[1 << 17];
        long started = Stopwatch.GetTimestamp();
        using ZipArchive archive = ZipFile.OpenRead(zip);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream content = entry.Open();
            while (content.Read(buffer, 0, buffer.Length) > 0)
            {
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<JobArtifact> InputAsync(EmulatorServer server)
    {
        using IThirdPartyJobClient client = ThirdPartyJobClients.Create(
            server.Region, server.Endpoint, server.AccessKeyId, new Secret(server.SecretAccessKey));
        JobDetailsResponse details = await client.GetThirdPartyJobDetailsAsync(
            server.FirstJobId, new Secret(EmulatorServer.Token), CallOptions.Quiet, CancellationToken.None);
        return details.InputArtifacts.Single();
    }

    /// <summary>Writes lines of words, which compress to about a third, like source code and logs.</summary>
    private static void WriteFiles(string folder, int files)
    {
        var random = new Random(1);
        byte[][] words = Enumerable.Range(0, 4096).Select(_ => Word(random)).ToArray();
        long each = Size / files;
        byte[] buffer = new byte[(int)Math.Min(each, 1 << 20) + 64];
        for (int i = 0; i < files; i++)
        {
            string path = Path.Combine(folder, $"folder-{i / 100:000}", $"file-{i:00000}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream stream = File.Create(path);
            for (long left = each; left > 0;)
            {
                int wanted = (int)Math.Min(left, buffer.Length - 64);
                for (int at = 0; at < wanted;)
                {
                    byte[] word = words[random.Next(words.Length)];
                    word.CopyTo(buffer, at);
                    at += word.Length;
                }

                stream.Write(buffer, 0, wanted);
                left -= wanted;
            }
        }
    }

    private static byte[] Word(Random random)
    {
        byte[] word = new byte[random.Next(3, 12)];
        for (int i = 0; i < word.Length - 1; i++)
        {
            word[i] = (byte)('a' + random.Next(26));
        }

        word[^1] = (byte)(random.Next(10) == 0 ? '\n' : ' ');
        return word;
    }

    private static string PowerShellCommand() => string.Join(
        ' ', Peer.Engine.Arguments().Prepend(Peer.Engine.FileName).Select(part => $"'{part}'"));

    private static void Shell(string folder, string command)
    {
        using var process = Process.Start(
            new ProcessStartInfo("sh", new[] { "-c", command }) { WorkingDirectory = folder })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{command}' failed with exit code {process.ExitCode}.");
        }
    }

    private sealed class Runs
    {
        private readonly List<Measured> _all = new();

        public double Seconds => new Sample(_all.Select(run => run.Seconds)).Median;

        public double PeakMegabytes => _all.Max(run => run.PeakMegabytes);

        public void Add(Measured run) => _all.Add(run);

        public string Show() => Time() + FormattableString.Invariant($", {PeakMegabytes:0} MB");

        /// <summary>Formats only the time. The memory of a shell's child processes is not measured.</summary>
        public string Time() => new Sample(_all.Select(run => run.Seconds)).Show("s");
    }
}
