using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty;
using CodePipeline.ThirdParty.Bench;
using CodePipeline.ThirdParty.Client;

// Prints ratios of figures measured in this one run, side by side with what they are compared to. Names of benchmarks
// (details, pipeline, import, cold) as arguments run only those.
const int Calls = 1500;
const int WarmUpCalls = 5000;
const int Jobs = 5000;
const int WarmUpJobs = 2000;
const int Batch = 50;
const int Starts = 11;

bool all = args.Length == 0;
var missed = new List<string>();
Console.WriteLine(
    $"{RuntimeInformation.OSDescription.Split('#')[0].Trim()}, {Environment.ProcessorCount} cores, "
    + $"{RuntimeInformation.FrameworkDescription}, {DateTime.UtcNow:yyyy-MM-dd}");

if (all || args.Contains("details"))
{
    await DetailsAsync();
}

if (all || args.Contains("pipeline"))
{
    Pipeline();
}

if (all || args.Contains("import"))
{
    Import();
}

if (all || args.Contains("cold"))
{
    Cold();
}

Console.WriteLine();
Console.WriteLine(missed.Count == 0 ? "Every goal was reached." : $"Missed: {string.Join("; ", missed)}.");
return missed.Count == 0 ? 0 : 1;

// (a) A warm details call by our client, against a bare HttpClient with SigV4, and against boto3.
async Task DetailsAsync()
{
    Head("(a) A warm details call");
    using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
    using var bare = new BareClient(server);
    using IThirdPartyJobClient ours = ThirdPartyJobClients.Create(
        server.Region, server.Endpoint, server.AccessKeyId, new Secret(server.SecretAccessKey));
    var token = new Secret(EmulatorServer.Token);
    var bareTimes = new List<double>();
    var ourTimes = new List<double>();
    for (int i = -WarmUpCalls; i < Calls; i++)
    {
        // In turns, so that both meet the same server and the same machine.
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
    Row("bare HttpClient with SigV4", bareSample.Show("µs"));
    Row("our client", ourSample.Show("µs"));
    Ratio("our client / bare", ourSample.Median / bareSample.Median, atMost: 2.5);
    if (Needs("python3", "boto3"))
    {
        var boto = new Sample(Numbers(new Peer(server).Run(
            "python3", Peer.Script("details.py"), server.FirstJobId, EmulatorServer.Token, $"{Calls / 3}", $"{Calls}")));
        Row("boto3", boto.Show("µs"));
        Ratio("our client / boto3", ourSample.Median / boto.Median, atMost: 0.25);
    }
}

// (b) The four-cmdlet pipeline in pwsh, jobs per second, against boto3's loop.
void Pipeline()
{
    Head($"(b) Poll, details, claim, success: jobs per second, after {WarmUpJobs} jobs to warm up");
    if (!Needs("pwsh", "PowerShell") || !Needs("python3", "boto3"))
    {
        return;
    }

    var ourRates = new List<double>();
    var botoRates = new List<double>();
    for (int round = 0; round < 3; round++)
    {
        using var server = new EmulatorServer(Jobs, "Test/Ours/1", "Test/Theirs/1");
        var peer = new Peer(server);
        ourRates.AddRange(Numbers(peer.Run(
            "pwsh", "-NoProfile", "-File", Peer.Script("pipeline.ps1"), Peer.Module, "Test/Ours/1", $"{Batch}", $"{WarmUpJobs}")));
        botoRates.AddRange(Numbers(peer.Run(
            "python3", Peer.Script("pipeline.py"), "Theirs", EmulatorServer.Token, $"{Batch}", $"{WarmUpJobs}")));
    }

    var ours = new Sample(ourRates);
    var boto = new Sample(botoRates);
    Row("four cmdlets in pwsh", ours.Show("jobs/s"));
    Row("boto3's loop", boto.Show("jobs/s"));
    Ratio("four cmdlets / boto3", ours.Median / boto.Median, atLeast: 3);
}

// (c) Import-Module, against a bare pwsh that starts and ends.
void Import()
{
    Head("(c) Import-Module");
    if (!Needs("pwsh", "PowerShell"))
    {
        return;
    }

    using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
    var peer = new Peer(server);
    string import = $"Import-Module '{Peer.Module}'; exit";
    (Sample bare, Sample with) = InTurns(
        () => peer.Time("pwsh", "-NoProfile", "-c", "exit"),
        () => peer.Time("pwsh", "-NoProfile", "-c", import));
    Row("pwsh -NoProfile -c exit", bare.Show("ms"));
    Row("the same with Import-Module", with.Show("ms"));
    Ratio("Import-Module / bare pwsh", (with.Median - bare.Median) / bare.Median, atMost: 1.0 / 3);
}

// (d) A cold one-shot poll from the start of a process to its end, pwsh with our module against the AWS CLI.
void Cold()
{
    Head("(d) A cold one-shot poll, process start to end");
    if (!Needs("pwsh", "PowerShell") || !Needs("aws", "the AWS CLI"))
    {
        return;
    }

    using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
    var peer = new Peer(server);
    string poll = $"Import-Module '{Peer.Module}'; Get-CPThirdPartyJob Test/Bench/1; exit";
    (Sample ours, Sample cli) = InTurns(
        () => peer.Time("pwsh", "-NoProfile", "-c", poll),
        () => peer.Time(
            "aws", "codepipeline", "poll-for-third-party-jobs", "--action-type-id",
            "category=Test,owner=ThirdParty,provider=Bench,version=1"));
    Row("pwsh with our module", ours.Show("ms"));
    Row("aws codepipeline", cli.Show("ms"));
    Ratio("ours / AWS CLI", ours.Median / cli.Median, atMost: 0.8);
}

(Sample First, Sample Second) InTurns(Func<double> first, Func<double> second)
{
    var firstTimes = new List<double>();
    var secondTimes = new List<double>();
    for (int i = -1; i < Starts; i++)
    {
        (double one, double two) = (first(), second());
        if (i >= 0)
        {
            firstTimes.Add(one);
            secondTimes.Add(two);
        }
    }

    return (new Sample(firstTimes), new Sample(secondTimes));
}

static async Task<double> TimeAsync(Func<Task> call)
{
    long started = Stopwatch.GetTimestamp();
    await call();
    return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
}

static IEnumerable<double> Numbers(IEnumerable<string> lines) =>
    lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture));

static bool Needs(string program, string what)
{
    bool there = Peer.Has(program);
    if (!there)
    {
        Row(what, "not on this machine: not measured");
    }

    return there;
}

static void Head(string text)
{
    Console.WriteLine();
    Console.WriteLine(text);
}

static void Row(string what, string figure) => Console.WriteLine($"  {what,-30} {figure}");

void Ratio(string what, double ratio, double atMost = double.MaxValue, double atLeast = double.MinValue)
{
    bool reached = ratio <= atMost && ratio >= atLeast;
    string goal = FormattableString.Invariant(
        $"{(atLeast > double.MinValue ? "at least" : "at most")} {(atLeast > double.MinValue ? atLeast : atMost):0.###}");
    Row(what, FormattableString.Invariant($"{ratio:0.###}, to reach: {goal}: {(reached ? "reached" : "MISSED")}"));
    if (!reached)
    {
        missed.Add(what);
    }
}
