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
/// System.Net.HttpListener is not suitable: outside Windows it writes "200 OK" to connections that are aborted, or
/// idle when it stops, and clients interpret that as success. The emulator must be able to drop connections.
/// </remarks>
internal sealed class LoopbackServer : IDisposable
{
    private const int DefaultConnectionLimit = 500;
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

    /// <summary>How long a new connection may take to send the head of its first request.</summary>
    internal TimeSpan HeadTimeout { get; private init; }

    /// <summary>
    /// The most open connections. For a new connection above this limit, the server closes the one that has been idle
    /// the longest.
    /// </summary>
    internal int MostConnections { get; private init; }

    /// <summary>Stops listening, closes all connections and waits up to 5 seconds for their tasks to end.</summary>
    public void Dispose()
    {
        // Cancel the token first: a connection that is accepted during the stop checks it and closes.
        _stopSource.Cancel();
        _listener.Stop();
        foreach (HttpConnection connection in _connections.Keys)
        {
            connection.Dispose();
        }

        Task.WhenAll(_connections.Values.Append(_loop)).Wait(s_stopTimeout);
        _stopSource.Dispose();
    }

    /// <summary>Binds to a port. Connections wait until <see cref="Start"/>.</summary>
    /// <exception cref="EmulatorStartException">The port cannot be bound.</exception>
    internal static LoopbackServer Listen(
        int port, TimeProvider clock, TimeSpan? headTimeout = null, int? mostConnections = null)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                // Otherwise Windows lets another process bind to the same port.
                listener.ExclusiveAddressUse = true;
            }

            listener.Start();
            return new LoopbackServer(listener, clock)
            {
                HeadTimeout = headTimeout ?? s_headTimeout, MostConnections = mostConnections ?? DefaultConnectionLimit,
            };
        }
        catch (SocketException e)
        {
            listener.Stop();
            throw port == 0
                ? new EmulatorStartException(
                    $"The emulator cannot listen on loopback: {e.Message}",
                    "Check that this account may listen on loopback, or specify a port.",
                    e)
                : new EmulatorStartException(
                    $"The emulator cannot listen on port {port.ToString(CultureInfo.InvariantCulture)}: {e.Message}",
                    "Use port 0 for a free port, or stop the process that uses this one.",
                    e);
        }
    }

    internal void Start(RequestHandler handler) => _loop = Task.Run(() => AcceptAsync(handler));

    private async Task AcceptAsync(RequestHandler handler)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptSocketAsync().ConfigureAwait(false), handler);
            }
            catch (SocketException)
            {
                // The client disconnected before the accept completed, or the listener was stopped.
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket, RequestHandler handler)
    {
        HttpConnection connection;
        try
        {
            MakeRoom();
            connection = new HttpConnection(socket, handler, _clock, HeadTimeout);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            return;
        }

        // Add the connection before it starts: its end removes the entry.
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
