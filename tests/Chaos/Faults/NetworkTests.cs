using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// Tests a worker with failing DNS, TLS and connections, and with proxies that drop connections. It must retry and
/// deliver all results.
/// </summary>
public sealed class NetworkTests
{
    private const int Calls = 4;

    public static TheoryData<string> Kinds => new(Outage.Kinds);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Outage_AnyRequest_LosesNoJob(string kind)
    {
        foreach (string operation in FaultTable.Calls)
        {
            int left = Calls;
            Outage? outage = null;
            var faults = new ConcurrentQueue<ConnectionFault?>();
            using var run = new FaultyRun(new FaultyRunOptions
            {
                Name = $"{kind} at {operation}",
                Wishes = [operation == Operations.Failure ? FaultyHandler.Fail : FaultyHandler.Succeed],
                Client = settings => new SwitchedClient(
                    new ThirdPartyJobClient(settings),
                    new ThirdPartyJobClient(outage!.Of(settings)),
                    each => each == operation && Interlocked.Decrement(ref left) >= 0),
                Seen = happened => faults.Enqueue((happened.Error as ThirdPartyConnectionException)?.Fault),
            });
            outage = new Outage(kind, run.Emulator.Endpoint);
            using (outage)
            {
                Assert.Empty(await run.FindWrongAsync());
            }

            Assert.True(left < 0);
            Assert.Equal(operation == Operations.Failure ? JobStatus.Failed : JobStatus.Succeeded, run.Job.Status);
            if (operation is Operations.Poll or Operations.Success or Operations.Failure)
            {
                Assert.Equal(
                    Enumerable.Repeat<ConnectionFault?>(outage.Fault, Calls), faults.Where(fault => fault is not null));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Outage_S3_FailsJobNamingArtifactAndEndpoint(string kind)
    {
        foreach (bool input in new[] { true, false })
        {
            Outage? outage = null;
            bool isBroken = input;
            using var run = new FaultyRun(new FaultyRunOptions
            {
                Name = $"{kind} for the store",
                Store = job => isBroken ? job with { Settings = outage!.Of(job.Settings) } : job,
                AtHandlersEnd = () => isBroken = true,
            });
            outage = new Outage(kind, run.Emulator.Endpoint);
            using (outage)
            {
                Assert.Empty(await run.FindWrongAsync());
            }

            Assert.Equal(nameof(FailureType.SystemUnavailable), run.Job.FailureType);
            string what = input
                ? "Input artifact: GetObject of artifact 'In'"
                : "Output artifact: PutObject of artifact 'Folder'";
            Assert.StartsWith($"{what} at http", run.Job.FailureMessage);
            Assert.Contains(" failed after ", run.Job.FailureMessage);
            Assert.Equal(input ? 0 : 1, run.Runs);
        }
    }

    /// <summary>
    /// A proxy that drops the connection at each operation, before the request or before the response.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Proxy_DropsAnyRequest_LosesNoJob(bool isTaken)
    {
        foreach (string operation in FaultTable.Calls)
        {
            int left = Calls;
            bool Ends(string piece) =>
                piece.Contains("." + operation, StringComparison.Ordinal) && Interlocked.Decrement(ref left) >= 0;

            FlakyProxy? proxy = null;
            using var run = new FaultyRun(new FaultyRunOptions
            {
                Name = $"dropped {(isTaken ? "after" : "before")} {operation}",
                Wishes = [operation == Operations.Failure ? FaultyHandler.Fail : FaultyHandler.Succeed],
                Settings = settings => settings with { EndpointUrl = proxy!.Url, S3EndpointUrl = proxy.Url },
            });
            proxy = new FlakyProxy(
                run.Emulator.Endpoint,
                _ => isTaken ? new ConnectionFate { EndsAfter = Ends } : new ConnectionFate { EndsBefore = Ends });
            using (proxy)
            {
                Assert.Empty(await run.FindWrongAsync());
            }

            Assert.True(left < 0);
            Assert.Equal(operation == Operations.Failure ? JobStatus.Failed : JobStatus.Succeeded, run.Job.Status);
        }
    }

    /// <summary>Runs with TLS, as between a company's network and AWS, and without.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Proxy_DropsHalfway_EachJobHasOneResult(int seed, bool tls)
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned();
        using var folder = new TempFolder();
        var random = new Random(seed);
        FlakyProxy? proxy = null;
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Name = $"seed {seed}",
            Wishes = FaultMix.Wishes(seed, 40),
            ThrottleLimit = 4,
            StoreAttempts = 6,
            Settings = settings => settings with
            {
                EndpointUrl = proxy!.Url,
                S3EndpointUrl = proxy.Url,
                CaBundle = tls ? folder.Write("bundle", certificate.ExportCertificatePem()) : null,
            },
        });
        proxy = new FlakyProxy(run.Emulator.Endpoint, _ => Draw(), tls ? certificate : null);
        using (proxy)
        {
            IReadOnlyList<string> wrong = await run.FindWrongAsync();
            Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
            Assert.NotEqual(0, proxy.Dropped);
        }

        ConnectionFate Draw() => random.Next(6) switch
        {
            0 => new ConnectionFate { EndsAtOnce = true },
            1 => new ConnectionFate { Up = random.Next(20_000) },
            2 => new ConnectionFate { Down = random.Next(20_000) },
            3 => new ConnectionFate { Up = random.Next(1_000_000), Down = random.Next(1_000_000) },
            _ => ConnectionFate.Through,
        };
    }
}
