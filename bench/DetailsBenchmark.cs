using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>
/// (a) A warm request for job details. Compares our client with a bare HttpClient with SigV4, and with boto3.
/// </summary>
internal static class DetailsBenchmark
{
    private const int Calls = 1500;
    private const int WarmUpCalls = 5000;

    public static async Task RunAsync(Report report)
    {
        report.Head("(a) A warm request for job details");
        using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
        using var bare = new BareClient(server);
        using IThirdPartyJobClient ours = ThirdPartyJobClients.Create(
            server.Region, server.Endpoint, server.AccessKeyId, new Secret(server.SecretAccessKey));
        var token = new Secret(EmulatorServer.Token);
        var bareTimes = new List<double>();
        var ourTimes = new List<double>();
        for (int i = -WarmUpCalls; i < Calls; i++)
        {
            // Alternate, so that both run under the same conditions.
            double bareTime = await TimeAsync(() => bare.DetailsAsync(server.FirstJobId));
            double ourTime = await TimeAsync(() => ours.GetThirdPartyJobDetailsAsync(
                server.FirstJobId, token, CallOptions.Quiet, CancellationToken.None));
            if (i >= 0)
            {
                bareTimes.Add(bareTime);
                ourTimes.Add(ourTime);
            }
        }

        var bareSample = new Sample(bareTimes);
        var ourSample = new Sample(ourTimes);
        report.Row("bare HttpClient with SigV4", bareSample.Show("µs"));
        report.Row("our client", ourSample.Show("µs"));
        report.Goal("our client / bare", ourSample.Median / bareSample.Median, atMost: 2.5);
        if (report.Needs("python3", "boto3"))
        {
            var boto = new Sample(Peer.Numbers(new Peer(server).Run(
                "python3", Peer.Script("details.py"), server.FirstJobId, EmulatorServer.Token, $"{Calls / 3}",
                $"{Calls}")));
            report.Row("boto3", boto.Show("µs"));
            report.Goal("our client / boto3", ourSample.Median / boto.Median, atMost: 0.25);
        }
    }

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        long started = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }
}
