using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Listens for HTTP on loopback.</summary>
/// <remarks>
/// Not System.Net.HttpListener: outside Windows it writes "200 OK" to connections that are aborted or idle at its end,
/// and a client takes that for success. Dropped connections are a fault that this emulator must get right.
/// </remarks>
internal sealed class LoopbackServer : IDisposable
{
    private const int Most = 500;
    private static readonly TimeSpan s_headTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<HttpConnection, Task> _connections = new();
    private readonly CancellationTokenSource _stopSource = new();
    private readonly CancellationToken _stop;
    private readonly TimeProvider _clock;
    private Task _loop = Task.CompletedTask;

    private LoopbackServer(TcpListener listener, TimeProvider clock)
    {
        _listener = listener;
        _clock = clock;
        _stop = _stopSource.Token;
        Endpoint = new Uri(string.Format(
            CultureInfo.InvariantCulture, "http://{0}/", (IPEndPoint)listener.LocalEndpoint));
    }

    internal Uri Endpoint { get; }

    /// <summary>How long the head of a connection's first request may take.</summary>
    internal TimeSpan HeadTimeout { get; private init; }

    /// <summary>How many connections there are at most; then the one goes that has waited longest.</summary>
    internal int MostConnections { get; private init; }

    /// <summary>Ends the listener and all its connections, and waits for what served them.</summary>
    public void Dispose()
    {
        // First the token: a connection that is accepted meanwhile sees it and ends itself.
        _stopSource.Cancel();
        _listener.Stop();
        foreach (HttpConnection connection in _connections.Keys)
        {
            connection.Dispose();
        }

        Task.WhenAll(_connections.Values.Append(_loop)).Wait(s_stopTimeout);
        _stopSource.Dispose();
    }

    /// <summary>Takes a port; connections wait until <see cref="Start"/>.</summary>
    internal static LoopbackServer Listen(
        int port, TimeProvider clock, TimeSpan? headTimeout = null, int? mostConnections = null)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                // Windows would else let another program take the port as well.
                listener.ExclusiveAddressUse = true;
            }

            listener.Start();
            return new LoopbackServer(listener, clock)
            {
                HeadTimeout = headTimeout ?? s_headTimeout, MostConnections = mostConnections ?? Most,
            };
        }
        catch (SocketException e)
        {
            listener.Stop();
            throw port == 0
                ? new EmulatorStartException(
                    $"The emulator cannot listen on loopback: {e.Message}",
                    "Check whether this account may listen on loopback, or name a port.",
                    e)
                : new EmulatorStartException(
                    $"The emulator cannot listen on port {port.ToString(CultureInfo.InvariantCulture)}: {e.Message}",
                    "Use port 0 for a free port, or stop what listens on this one.",
                    e);
        }
    }

    internal void Start(RequestHandler answer) => _loop = Task.Run(() => AcceptAsync(answer));

    private async Task AcceptAsync(RequestHandler answer)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptSocketAsync().ConfigureAwait(false), answer);
            }
            catch (SocketException)
            {
                // This client went away while it was accepted, or the listener has been stopped.
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket, RequestHandler answer)
    {
        HttpConnection connection;
        try
        {
            MakeRoom();
            connection = new HttpConnection(socket, answer, _clock, HeadTimeout);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            return;
        }

        // In the table before it starts, so that its end always finds it there.
        TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ended.Task;
        _ = ServeAsync(connection, ended);
        if (_stop.IsCancellationRequested)
        {
            connection.Dispose();
        }
    }

    private void MakeRoom()
    {
        if (_connections.Count >= MostConnections)
        {
            _connections.Keys.Where(each => each.WaitsSince is not null).OrderBy(each => each.WaitsSince)
                .FirstOrDefault()?.Dispose();
        }
    }

    private async Task ServeAsync(HttpConnection connection, TaskCompletionSource<bool> ended)
    {
        await Task.Yield();
        await connection.ServeAsync(_stop).ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
        ended.SetResult(true);
    }
}
