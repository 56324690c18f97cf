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
/// A loopback server that returns one response, or a response made from the request. With a certificate, it speaks TLS.
/// </summary>
internal sealed class CannedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly ConcurrentBag<TcpClient> _connections = new();
    private readonly Func<string, string, (string StatusAndHeaders, string Body)> _respond;
    private readonly SslStreamCertificateContext? _certificate;

    public CannedServer(string statusAndHeaders, string body = "", SslStreamCertificateContext? certificate = null)
    {
        _respond = (_, _) => (statusAndHeaders, body);
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public CannedServer(string statusAndHeaders, Func<string, string> respond)
        : this((_, body) => (statusAndHeaders, respond(body)))
    {
    }

    /// <summary>
    /// Returns a response made from the request's head and body. A response with its own Content-Length or Connection
    /// header may be shorter than it says: the server closes the connection after it.
    /// </summary>
    public CannedServer(Func<string, string, (string StatusAndHeaders, string Body)> respond)
    {
        _respond = respond;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}/";

    /// <summary>The request line and the headers of each request.</summary>
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
            // The test has ended.
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
                (string statusAndHeaders, string response) = _respond(head, body);
                bool isChunked = statusAndHeaders.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal);
                bool ends = statusAndHeaders.Contains("Content-Length:", StringComparison.Ordinal)
                    || statusAndHeaders.Contains("Connection: close", StringComparison.Ordinal);
                string length = ends || isChunked ? string.Empty : $"\r\nContent-Length: {response.Length}";
                response = isChunked ? $"{response.Length:x}\r\n{response}\r\n0\r\n\r\n" : response;
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {statusAndHeaders}{length}\r\n\r\n"
                    + (head.StartsWith("HEAD ", StringComparison.Ordinal) ? string.Empty : response)));
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
            // Some tests expect the client to reject the connection.
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
