using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>(c) Import-Module, against a bare pwsh that starts and ends.</summary>
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
        string import = $"Import-Module '{Peer.Module}'; exit";
        (Sample bare, Sample with) = Sample.InTurns(
            () => peer.Time("pwsh", "-NoProfile", "-c", "exit"),
            () => peer.Time("pwsh", "-NoProfile", "-c", import));
        report.Row("pwsh -NoProfile -c exit", bare.Show("ms"));
        report.Row("the same with Import-Module", with.Show("ms"));
        report.Goal("Import-Module / bare pwsh", (with.Median - bare.Median) / bare.Median, atMost: 1.0 / 3);
        return Task.CompletedTask;
    }
}
