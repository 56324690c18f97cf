using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public void Start_Defaults_UsesFreePortAndGeneratedKeys()
    {
        ManualTimeProvider clock = new();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions { Clock = clock });

        Assert.True(emulator.Endpoint.IsLoopback);
        Assert.NotEqual(0, emulator.Endpoint.Port);
        Assert.Equal("emulator-" + emulator.Endpoint.Port, emulator.Name);
        Assert.Equal(("us-east-1", true, clock.GetUtcNow()), (emulator.Region, emulator.IsRunning, emulator.StartedAt));
        Assert.Matches("^AKIA[A-Z2-7]{16}$", emulator.AccessKeyId);
        Assert.Equal(40, emulator.SecretAccessKey.Reveal().Length);
    }

    [Fact]
    public void Start_KeysAndName_AreUsed()
    {
        Secret secret = new("s");
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(
            new EmulatorOptions { Name = "mine", Region = "eu-west-1", AccessKeyId = "A", SecretAccessKey = secret });

        Assert.Equal(("mine", "eu-west-1", "A"), (emulator.Name, emulator.Region, emulator.AccessKeyId));
        Assert.Same(secret, emulator.SecretAccessKey);
    }

    [Fact]
    public void Start_Concurrently_UsesDifferentPorts()
    {
        ThirdPartyEmulator[] emulators = new ThirdPartyEmulator[20];
        Parallel.For(0, emulators.Length, i => emulators[i] = ThirdPartyEmulator.Start(new EmulatorOptions()));

        Assert.Distinct(Array.ConvertAll(emulators, emulator => emulator.Endpoint));
        Array.ForEach(emulators, emulator => emulator.Dispose());
    }

    [Fact]
    public void Start_PortOfOtherProgram_FailsWithRecommendedAction()
    {
        TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        EmulatorStartException error = Assert.Throws<EmulatorStartException>(
            () => ThirdPartyEmulator.Start(new EmulatorOptions { Port = port }));

        other.Stop();
        Assert.Contains(
            port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Contains("port 0", error.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void Start_PortOfOtherEmulator_FailsAndOtherKeepsRunning()
    {
        using EmulatorHost host = new();

        Assert.Throws<EmulatorStartException>(
            () => ThirdPartyEmulator.Start(new EmulatorOptions { Port = host.Emulator.Endpoint.Port }));
        Assert.True(host.Emulator.IsRunning);
    }

    [Fact]
    public async Task Stop_Twice_RefusesConnections()
    {
        using EmulatorHost host = new();
        EmulatedJob job = host.AddJob();
        host.Emulator.Stop();
        host.Emulator.Stop();

        Assert.False(host.Emulator.IsRunning);
        await Assert.ThrowsAsync<HttpRequestException>(() => host.PollAsync());
        Assert.Equal(JobStatus.Queued, host.JobOf(job).Status);
    }

    [Fact]
    public void Stop_Port_CanBeReused()
    {
        // Retry, because another test may take the port in between.
        const int MostTries = 5;
        for (int i = 1; ; i++)
        {
            using EmulatorHost host = new();
            int port = host.Emulator.Endpoint.Port;
            host.Emulator.Stop();
            try
            {
                using ThirdPartyEmulator again = ThirdPartyEmulator.Start(new EmulatorOptions { Port = port });
                Assert.Equal(port, again.Endpoint.Port);
                return;
            }
            catch (EmulatorStartException) when (i < MostTries)
            {
            }
        }
    }

    [Fact]
    public async Task Connection_SeveralRequests_ClosesAtStop()
    {
        using EmulatorHost host = new();
        EmulatedJob job = host.AddJob();
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, host.Emulator.Endpoint.Port);
        NetworkStream stream = client.GetStream();
        for (int i = 0; i < 3; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await ExchangeAsync(host, stream, job), StringComparison.Ordinal);
        }

        host.Emulator.Stop();

        Assert.Equal(0, await ReadAsync(stream, new byte[16]));
    }

    [Fact]
    public async Task Stop_UnderLoad_NeverReportsFalseSuccess()
    {
        using EmulatorHost host = new();
        EmulatedJob[] jobs = new EmulatedJob[40];
        for (int i = 0; i < jobs.Length; i++)
        {
            jobs[i] = await host.ClaimNewJobAsync();
        }

        Task<bool>[] calls = Array.ConvertAll(jobs, job => Task.Run(() => SucceedsAsync(host, job)));
        await calls[0];
        host.Emulator.Stop();
        bool[] succeeded = await Task.WhenAll(calls).WaitAsync(Until.Patience);

        for (int i = 0; i < jobs.Length; i++)
        {
            Assert.True(!succeeded[i] || host.JobOf(jobs[i]).Status == JobStatus.Succeeded);
        }
    }

    private static async Task<bool> SucceedsAsync(EmulatorHost host, EmulatedJob job)
    {
        try
        {
            return (await host.SucceedAsync(job)).StatusCode == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Sends one request over a raw connection and reads one response.</summary>
    private static async Task<string> ExchangeAsync(EmulatorHost host, NetworkStream stream, EmulatedJob job)
    {
        string body = $$"""{"jobId":"{{job.JobId}}","clientToken":"{{job.ClientToken.Reveal()}}"}""";
        HttpRequestMessage request = host.Request(EmulatorHost.Details, body);
        host.Signer.Sign(request, Encoding.UTF8.GetBytes(body), host.Clock.GetUtcNow());
        StringBuilder text = new($"POST / HTTP/1.1\r\nHost: {host.Emulator.Endpoint.Authority}\r\n");
        foreach (string name in new[] { "Authorization", "X-Amz-Date", "X-Amz-Target" })
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{name}: {string.Concat(request.Headers.GetValues(name))}\r\n");
        }

        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
        StringBuilder response = new();
        byte[] buffer = new byte[8192];
        while (!response.ToString().Contains("\"jobDetails\"", StringComparison.Ordinal)
            || !response.ToString().EndsWith("}}}", StringComparison.Ordinal))
        {
            int count = await ReadAsync(stream, buffer);
            Assert.NotEqual(0, count);
            response.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return response.ToString();
    }

    /// <summary>Reads from the connection. Treats a reset like a close.</summary>
    private static async Task<int> ReadAsync(NetworkStream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer).AsTask().WaitAsync(Until.Patience);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
