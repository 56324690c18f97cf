using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>
/// (f) A worker whose handler does nothing. Compares the jobs per second of the engine and of the cmdlet with a boto3
/// worker that sends the same requests from a thread pool. Measures the CPU and memory usage of an idle worker.
/// </summary>
internal static class WorkerBenchmark
{
    private const int Threads = 8;
    private const int WarmUpJobs = 3000;
    private const int Jobs = 8000;
    private const int Rounds = 3;

    public static Task RunAsync(Report report)
    {
        report.Head(
            $"(f) A worker with a handler that does nothing: jobs per second, after {WarmUpJobs} warm-up jobs");
        var engine = new List<double>();
        var one = new List<double>();
        var many = new List<double>();
        var boto = new List<double>();
        bool python = report.Needs("python3", "boto3");
        bool shell = report.Needs(Peer.PowerShell, "PowerShell");
        for (int round = 0; round < Rounds; round++)
        {
            using var server = new EmulatorServer(Jobs, "Test/Engine/1", "Test/One/1", "Test/Many/1", "Test/Theirs/1");
            var peer = new Peer(server);
            engine.AddRange(Peer.Numbers(peer.RunSelf(
                EngineWorker.Argument, "Test/Engine/1", $"{Threads}", $"{WarmUpJobs}", $"{Jobs}")));
            if (shell)
            {
                one.AddRange(Cmdlet(peer, "Test/One/1", 1));
                many.AddRange(Cmdlet(peer, "Test/Many/1", Threads));
            }

            if (python)
            {
                boto.AddRange(Peer.Numbers(peer.Run(
                    "python3", Peer.Script("worker.py"), "Theirs", EmulatorServer.Token, $"{Threads}",
                    $"{WarmUpJobs}", $"{Jobs}")));
            }
        }

        Show(report, $"engine, {Threads} parallel jobs", engine);
        Show(report, "cmdlet, -ThrottleLimit 1", one);
        Show(report, $"cmdlet, -ThrottleLimit {Threads}", many);
        Show(report, $"boto3, {Threads} threads", boto);
        if (python)
        {
            double peer = new Sample(boto).Median;
            report.Goal("engine / boto3", new Sample(engine).Median / peer, atLeast: 6);
            if (shell)
            {
                report.Goal("cmdlet, -ThrottleLimit 1 / boto3", new Sample(one).Median / peer, atLeast: 4);
                report.Goal($"cmdlet, -ThrottleLimit {Threads} / boto3", new Sample(many).Median / peer, atLeast: 4);
            }
        }

        Idle(report);
        return Task.CompletedTask;
    }

    private static void Idle(Report report)
    {
        // The worker processes the only job before the measurement starts.
        using var server = new EmulatorServer(1, "Test/Bench/1");
        double[] idle = Peer.Numbers(new Peer(server).RunSelf(EngineWorker.Argument, "idle", "Test/Bench/1")).ToArray();
        report.Goal("idle worker, share of a core", idle[0], atMost: 0.5, unit: " %");
        report.Row("idle worker, memory", FormattableString.Invariant($"{idle[1]:0} MB"));
    }

    private static IEnumerable<double> Cmdlet(Peer peer, string actionType, int throttleLimit) => Peer.Numbers(peer.Run(
        Peer.PowerShell, "-NoProfile", "-File", Peer.Script("worker.ps1"), Peer.Module, actionType, $"{throttleLimit}",
        $"{WarmUpJobs}", $"{Jobs}"));

    private static void Show(Report report, string what, List<double> rates)
    {
        if (rates.Count > 0)
        {
            report.Row(what, new Sample(rates).Show("jobs/s"));
        }
    }
}
