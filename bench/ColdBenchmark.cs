using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>
/// (d) A cold one-shot poll, from process start to end. Compares pwsh and the module with the AWS CLI.
/// </summary>
internal static class ColdBenchmark
{
    public static Task RunAsync(Report report)
    {
        report.Head("(d) A cold one-shot poll, process start to end");
        if (!report.Needs(Peer.PowerShell, "PowerShell") || !report.Needs("aws", "AWS CLI"))
        {
            return Task.CompletedTask;
        }

        using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
        var peer = new Peer(server);
        string poll = $"Import-Module '{Peer.Module}'; Get-CPThirdPartyJob Test/Bench/1; exit";
        Sample[] samples = Sample.InCalmTurns(
            11,
            () => peer.Time(
                "aws", "codepipeline", "poll-for-third-party-jobs", "--action-type-id",
                "category=Test,owner=ThirdParty,provider=Bench,version=1"),
            () => peer.Time(Peer.PowerShell, "-NoProfile", "-c", poll));
        (Sample cli, Sample ours) = (samples[0], samples[1]);
        report.Row("pwsh with our module", ours.Show("ms"));
        report.Row("aws codepipeline", cli.Show("ms"));
        report.Goal("ours / AWS CLI", ours.Median / cli.Median, atMost: 0.8);
        return Task.CompletedTask;
    }
}
