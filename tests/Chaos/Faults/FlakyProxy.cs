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

/// <summary>What a proxy does to one connection.</summary>
internal sealed record ConnectionFate
{
    /// <summary>Everything gets through.</summary>
    public static ConnectionFate Through { get; } = new();

    /// <summary>Whether it ends before a byte was read.</summary>
    public bool EndsAtOnce { get; init; }

    /// <summary>How many bytes of requests get through before it ends; <see langword="null"/> for all.</summary>
    public long? Up { get; init; }

    /// <summary>How many bytes of answers.</summary>
    public long? Down { get; init; }

    /// <summary>Asked for each piece of a request: whether it ends in the place of forwarding it.</summary>
    public Func<string, bool> EndsBefore { get; init; } = _ => false;

    /// <summary>Asked for each piece of a request: whether it ends in the place of its answer.</summary>
    public Func<string, bool> EndsAfter { get; init; } = _ => false;
}

/// <summary>
/// Stands between a client and an emulator, and drops connections: before a request is forwarded, in the middle, or
/// after it has taken effect. With a certificate it speaks TLS to the client.
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

    /// <param name="target">Where requests go.</param>
    /// <param name="fate">What becomes of each connection, counted from 0.</param>
    /// <param name="certificate">What it shows to clients; <see langword="null"/> for no TLS.</param>
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

    /// <summary>How many connections ended as nobody asked for.</summary>
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

            // Where either side ends, both do.
            await Task.WhenAny(up, down);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client does not trust the certificate, or one of the sides is gone.
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
            // One of the sides is gone.
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
