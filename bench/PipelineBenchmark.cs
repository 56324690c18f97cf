using System.Collections.Generic;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>(b) Jobs per second of a pipeline of four cmdlets in pwsh, compared with a loop in boto3.</summary>
internal static class PipelineBenchmark
{
    private const int Jobs = 5000;
    private const int WarmUpJobs = 2000;
    private const int Batch = 50;

    public static Task RunAsync(Report report)
    {
        report.Head($"(b) Poll, details, claim, success: jobs per second, after {WarmUpJobs} warm-up jobs");
        if (!report.Needs(Peer.PowerShell, "PowerShell") || !report.Needs("python3", "boto3"))
        {
            return Task.CompletedTask;
        }

        var ourRates = new List<double>();
        var botoRates = new List<double>();
        for (int round = 0; round < 3; round++)
        {
            using var server = new EmulatorServer(Jobs, "Test/Ours/1", "Test/Theirs/1");
            var peer = new Peer(server);
            ourRates.AddRange(Peer.Numbers(peer.Run(
                Peer.PowerShell, "-NoProfile", "-File", Peer.Script("pipeline.ps1"), Peer.Module, "Test/Ours/1",
                $"{Batch}", $"{WarmUpJobs}")));
            botoRates.AddRange(Peer.Numbers(peer.Run(
                "python3", Peer.Script("pipeline.py"), "Theirs", EmulatorServer.Token, $"{Batch}", $"{WarmUpJobs}")));
        }

        var ours = new Sample(ourRates);
        var boto = new Sample(botoRates);
        report.Row("four cmdlets in pwsh", ours.Show("jobs/s"));
        report.Row("boto3 loop", boto.Show("jobs/s"));
        report.Goal("four cmdlets / boto3", ours.Median / boto.Median, atLeast: 3);
        return Task.CompletedTask;
    }
}
