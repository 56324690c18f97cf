using System;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;
using System.IO;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>How a proxy treats a connection.</summary>
internal sealed record ConnectionFate
{
    /// <summary>Forwards everything.</summary>
    public static ConnectionFate Through { get; } = new();

    /// <summary>Whether to close the connection before reading a byte.</summary>
    public bool EndsAtOnce { get; init; }

    /// <summary>
    /// The number of request bytes to forward before closing the connection; <see langword="null"/> for all.
    /// </summary>
    public long? Up { get; init; }

    /// <summary>
    /// The number of response bytes to forward before closing the connection; <see langword="null"/> for all.
    /// </summary>
    public long? Down { get; init; }

    /// <summary>Called with each part of a request; true closes the connection instead of forwarding it.</summary>
    public Func<string, bool> EndsBefore { get; init; } = _ => false;

    /// <summary>Called with each part of a request; true closes the connection before the response.</summary>
    public Func<string, bool> EndsAfter { get; init; } = _ => false;
}

/// <summary>
/// A proxy between a client and an emulator that drops connections: before it forwards a request, in the middle, or
/// after the request has taken effect. With a certificate, it uses TLS for the client connection.
/// </summary>
internal sealed class FlakyProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = new();
    private readonly Uri _target;
    private readonly Func<int, ConnectionFate> _fate;
    private readonly X509Certificate2? _certificate;
    private int _connections;
    private volatile bool _isOver;

    /// <param name="target">The endpoint of the emulator.</param>
    /// <param name="fate">Returns how to treat a connection, by its index from 0.</param>
    /// <param name="certificate">The certificate for clients; <see langword="null"/> for no TLS.</param>
    public FlakyProxy(Uri target, Func<int, ConnectionFate> fate, X509Certificate2? certificate = null)
    {
        _target = target;
        _fate = fate;
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url =>
        $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>The number of connections that the proxy dropped.</summary>
    public int Dropped { get; private set; }

    public void Dispose()
    {
        _isOver = true;
        _listener.Dispose();
        foreach (TcpClient each in _open)
        {
            each.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (!_isOver)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _open.Add(client);
                _ = ServeAsync(client, _fate(_connections++));
            }
            catch (Exception error)
                when (error is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client, ConnectionFate fate)
    {
        using TcpClient near = client;
        using var far = new TcpClient();
        _open.Add(far);
        try
        {
            if (fate.EndsAtOnce)
            {
                Drop();
                return;
            }

            Stream here = near.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(here);
                await tls.AuthenticateAsServerAsync(_certificate);
                here = tls;
            }

            await far.ConnectAsync(IPAddress.Loopback, _target.Port);
            Stream there = far.GetStream();
            bool isTaken = false;
            Task up = PumpAsync(here, there, fate.Up, piece =>
            {
                isTaken |= fate.EndsAfter(piece);
                return fate.EndsBefore(piece);
            });
            Task down = PumpAsync(there, here, fate.Down, _ => isTaken);

            // Close both sides when one of them ends.
            await Task.WhenAny(up, down);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client does not trust the certificate, or one side has disconnected.
        }
    }

    private async Task PumpAsync(Stream from, Stream to, long? most, Func<string, bool> ends)
    {
        try
        {
            byte[] buffer = new byte[16 * 1024];
            for (int count; (count = await from.ReadAsync(buffer)) > 0;)
            {
                if (ends(Encoding.Latin1.GetString(buffer, 0, count)))
                {
                    Drop();
                    return;
                }

                int let = (int)Math.Min(count, most ?? count);
                await to.WriteAsync(buffer.AsMemory(0, let));
                most -= let;
                if (let < count)
                {
                    Drop();
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // One side has disconnected.
        }
    }

    private void Drop()
    {
        lock (_open)
        {
            Dropped++;
        }
    }
}
