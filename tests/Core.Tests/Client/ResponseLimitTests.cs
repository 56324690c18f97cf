using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>Responses that would fill the memory or never end.</summary>
public sealed class ResponseLimitTests
{
    private static readonly ClientSettings s_settings = new()
    {
        Region = "us-east-1", AccessKey = "AKIDEXAMPLE", SecretKey = new Secret("secret-key"), MaxAttempts = 1,
    };

    [Theory]
    [InlineData("200 OK")]
    [InlineData("500 Internal Server Error")]
    public async Task Response_TooLong_Throws(string status)
    {
        using var server = new CannedServer(
            status + "\r\nContent-Type: application/x-amz-json-1.1", new string(' ', ResponseLimit.Longest + 1));

        UnexpectedResponseException error =
            await Assert.ThrowsAsync<UnexpectedResponseException>(() => PollAsync(server.Url, s_settings));

        Assert.Contains("8 MiB", error.Message, StringComparison.Ordinal);
        Assert.True(error.Error.ResponseLost);
    }

    [Fact]
    public async Task Response_LongButWithinLimit_IsRead()
    {
        using var server = new CannedServer(
            "200 OK\r\nContent-Type: application/x-amz-json-1.1",
            "{\"jobs\":[]" + new string(' ', ResponseLimit.Longest - 64) + "}");

        await PollAsync(server.Url, s_settings);
    }

    [Fact]
    public async Task Response_Endless_TimesOut()
    {
        using var listener = new SilentServer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"jobs\":");
        var clock = Stopwatch.StartNew();

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(
            () => PollAsync(listener.Url, s_settings with { Timeout = TimeSpan.FromSeconds(1) }));

        Assert.Equal(ConnectionFault.Timeout, error.Fault);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 30);
    }

    private static async Task PollAsync(string url, ClientSettings settings)
    {
        using var client = new ThirdPartyJobClient(settings with { EndpointUrl = url });
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
    }

    /// <summary>Starts a response and never continues it.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private TcpClient? _connection;

        public SilentServer(string beginning)
        {
            _listener.Start();
            _ = ServeAsync(beginning);
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

        public void Dispose()
        {
            _listener.Stop();
            _connection?.Dispose();
        }

        private async Task ServeAsync(string beginning)
        {
            _connection = await _listener.AcceptTcpClientAsync();
            NetworkStream stream = _connection.GetStream();
            byte[] buffer = new byte[64 * 1024];
            _ = await stream.ReadAsync(buffer);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        }
    }
}
