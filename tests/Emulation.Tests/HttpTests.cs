using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>
/// Tests the HTTP server with raw bytes. Its handler returns the method, the target, a header and the body.
/// </summary>
public sealed class HttpTests : IDisposable
{
    private readonly LoopbackServer _server = LoopbackServer.Listen(0, new ManualTimeProvider());

    public HttpTests()
    {
        _server.Start(async (call, _, _) =>
        {
            if (call.RawPath != "/unread")
            {
                await call.ReadBodyAsync();
            }

            string body = Encoding.UTF8.GetString(call.Body);
            return call.RawPath == "/drop"
                ? HttpResponse.Dropped
                : HttpResponse.Success(Encoding.UTF8.GetBytes(
                    $"<{call.Method} {call.RawPath} {call.RawQuery} {call.Headers["x-a"]} {body}>"));
        });
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Request_WithLength_ReadsBody() =>
        Assert.Contains("<POST / a=1 v hello>", await SendAsync(
            "POST /?a=1 HTTP/1.1\r\nX-A:  v \r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Request_Chunked_ReadsBody() =>
        Assert.Contains("<POST /   hello world>", await SendAsync(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: t\r\n\r\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Requests_Pipelined_AreHandledInOrder()
    {
        string responses = await SendAsync(
            "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nConnection: close\r\n\r\n"
                + "GET /4 HTTP/1.1\r\n\r\n");

        int[] places = Array.ConvertAll(
            new[] { "/1", "/2", "/3" }, path => responses.IndexOf(path, StringComparison.Ordinal));
        Assert.True(places[0] > 0 && places[1] > places[0] && places[2] > places[1]);
        Assert.DoesNotContain("/4", responses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_Repeated_IsJoined() =>
        Assert.Contains("<GET /  1,2 >", await SendAsync(
            "GET / HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Expect100_BeforeBody_SendsContinue() =>
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", await SendAsync(
            "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Http10_AfterResponse_ClosesConnection() =>
        Assert.Contains("Connection: close", await SendAsync("GET / HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Head_Response_HasNoBody() =>
        Assert.EndsWith(
            "\r\n\r\n", await SendAsync("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Drop_Response_IsEmpty() => Assert.Empty(await SendAsync("GET /drop HTTP/1.1\r\n\r\n"));

    [Theory]
    [InlineData("hello\r\n\r\n")]
    [InlineData("GET / SPDY/1\r\n\r\n")]
    [InlineData("GET http://elsewhere/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100000000\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello more\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nContent\tLength: 5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length\0: 5\r\n\r\nhello")]
    public async Task InvalidRequest_Returns400AndCloses(string text) =>
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", await SendAsync(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nX-A: never")]
    public async Task MissingHead_AfterTimeout_ClosesConnection(string text)
    {
        using LoopbackServer server = LoopbackServer.Listen(
            0, TimeProvider.System, headTimeout: TimeSpan.FromMilliseconds(50));
        server.Start((_, _, _) => Task.FromResult(HttpResponse.Dropped));
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Until.Patience));
    }

    [Fact]
    public async Task Connection_AboveLimit_ClosesLongestIdle()
    {
        using LoopbackServer server = LoopbackServer.Listen(0, TimeProvider.System, mostConnections: 2);
        server.Start((_, _, _) => Task.FromResult(HttpResponse.Success([])));
        TcpClient[] clients = { new(), new(), new() };
        foreach (TcpClient client in clients)
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Endpoint.Port);
        }

        Assert.Equal(0, await clients[0].GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Until.Patience));
        foreach (TcpClient client in clients.Skip(1))
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
            Assert.Equal(1, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Until.Patience));
        }

        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task Line_TooLong_IsRejected() =>
        Assert.StartsWith(
            "HTTP/1.1 400 ", await SendAsync("GET /" + new string('x', (32 * 1024) - 5)), StringComparison.Ordinal);

    [Fact]
    public async Task Client_Disconnects_ServerKeepsRunning()
    {
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, _server.Endpoint.Port);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"));
        }

        Assert.Contains(
            "<GET", await SendAsync("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf")]
    [InlineData("Content-Length: 9223372036854775807\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffff\r\nhalf")]
    public async Task Body_Incomplete_ClosesWithoutResponse(string lengthAndBody)
    {
#if NET
        long before = GC.GetTotalAllocatedBytes();
#endif

        string response = await SendAsync("POST / HTTP/1.1\r\n" + lengthAndBody, isAll: true);

        Assert.Empty(response);
#if NET
        Assert.True(GC.GetTotalAllocatedBytes() - before < 64 << 20, "The length that was told was allocated.");
#endif
    }

    [Fact]
    public void Server_Addresses_AreLoopback() => Assert.All(
        IPGlobalProperties.GetIPGlobalProperties()
            .GetActiveTcpListeners()
            .Where(each => each.Port == _server.Endpoint.Port),
        listener => Assert.True(IPAddress.IsLoopback(listener.Address), listener.ToString()));

    /// <summary>Sends a text and reads until the connection ends.</summary>
    private async Task<string> SendAsync(string text, bool isAll = false)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, _server.Endpoint.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        if (isAll)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using MemoryStream response = new();
        await stream.CopyToAsync(response).WaitAsync(Until.Patience);
        return Encoding.UTF8.GetString(response.ToArray());
    }
}
