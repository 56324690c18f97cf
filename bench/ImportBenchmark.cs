using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>(c) Import-Module, against a bare pwsh that starts and ends.</summary>
/// <remarks>
/// PowerShell keeps a list of what it compiled at its last start, and compiles that ahead at the next. Each of the two has a list of
/// its own here, as for a user who runs one of them again and again; with one list each would be given the other's.
/// </remarks>
internal static class ImportBenchmark
{
    public static Task RunAsync(Report report)
    {
        report.Head("(c) Import-Module");
        if (!report.Needs("pwsh", "PowerShell"))
        {
            return Task.CompletedTask;
        }

        using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
        var peer = new Peer(server);
        DirectoryInfo caches = Directory.CreateTempSubdirectory("cptp-bench-");
        string import = $"Import-Module '{Peer.Module}'; exit";
        (Sample bare, Sample with) = Sample.InTurns(
            () => Time("bare", "exit"),
            () => Time("import", import),
            turns: 31);
        report.Row("pwsh -NoProfile -c exit", bare.Show("ms"));
        report.Row("the same with Import-Module", with.Show("ms"));
        report.Goal("Import-Module / bare pwsh", (with.Median - bare.Median) / bare.Median, atMost: 1.0 / 3);
        caches.Delete(recursive: true);
        return Task.CompletedTask;

        double Time(string cache, string command)
        {
            peer.Cache = Path.Combine(caches.FullName, cache);
            return peer.Time("pwsh", "-NoProfile", "-c", command);
        }
    }
}
