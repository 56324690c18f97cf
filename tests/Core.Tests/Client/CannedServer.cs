using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>
/// A loopback server with one answer for whatever comes, or one that is made of the request; with a certificate it
/// speaks TLS.
/// </summary>
internal sealed class CannedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly ConcurrentBag<TcpClient> _connections = new();
    private readonly Func<string, string, (string StatusAndHeaders, string Body)> _answer;
    private readonly SslStreamCertificateContext? _certificate;

    public CannedServer(string statusAndHeaders, string body = "", SslStreamCertificateContext? certificate = null)
    {
        _answer = (_, _) => (statusAndHeaders, body);
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public CannedServer(string statusAndHeaders, Func<string, string> answer)
        : this((_, body) => (statusAndHeaders, answer(body)))
    {
    }

    /// <summary>
    /// Answers by the request's head and body. An answer that tells its length itself, or that the connection is closed,
    /// may be shorter than that: the connection ends with it.
    /// </summary>
    public CannedServer(Func<string, string, (string StatusAndHeaders, string Body)> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}/";

    /// <summary>Request line and headers of each request.</summary>
    public IReadOnlyList<string> Heads => _heads.ToArray();

    public void Dispose()
    {
        _listener.Stop();
        foreach (TcpClient connection in _connections)
        {
            connection.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient connection = await _listener.AcceptTcpClientAsync();
                _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        try
        {
            Stream stream = connection.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _certificate,
                });
                stream = tls;
            }

            while (await ReadAsync(stream) is (string head, string body))
            {
                _heads.Enqueue(head);
                (string statusAndHeaders, string answer) = _answer(head, body);
                bool isChunked = statusAndHeaders.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal);
                bool ends = statusAndHeaders.Contains("Content-Length:", StringComparison.Ordinal)
                    || statusAndHeaders.Contains("Connection: close", StringComparison.Ordinal);
                string length = ends || isChunked ? string.Empty : $"\r\nContent-Length: {answer.Length}";
                answer = isChunked ? $"{answer.Length:x}\r\n{answer}\r\n0\r\n\r\n" : answer;
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {statusAndHeaders}{length}\r\n\r\n"
                    + (head.StartsWith("HEAD ", StringComparison.Ordinal) ? string.Empty : answer)));
                if (ends)
                {
                    connection.Dispose();
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client would not have it, which is what some tests are about.
        }
    }

    private static async Task<(string Head, string Body)?> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        string? length = head.ToString().Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[
            length is null ? 0 : int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return (head.ToString(), Encoding.ASCII.GetString(body));
    }
}
