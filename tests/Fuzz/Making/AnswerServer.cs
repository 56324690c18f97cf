using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>A loopback server that responds to each connection with the same bytes and closes it.</summary>
internal sealed class AnswerServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public AnswerServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public byte[] Answer { get; set; } = [];

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync().ConfigureAwait(false));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The run has ended.
        }
    }

    /// <summary>Reads one request, sends one response and closes the connection.</summary>
    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using NetworkStream stream = new(socket, ownsSocket: true);
            byte[] buffer = new byte[8192];
            int count = 0;
            int end;
            while ((end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(count)).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }

                count += read;
            }

            string head = Encoding.ASCII.GetString(buffer, 0, end);
            int at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            int length = at < 0
                ? 0
                : int.Parse(head[(at + 16)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
            for (int left = length - (count - end - 4); left > 0;)
            {
                int read = await stream.ReadAsync(
                    buffer.AsMemory(0, Math.Min(left, buffer.Length))).ConfigureAwait(false);
                left -= read > 0 ? read : left;
            }

            await stream.WriteAsync(Answer).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The client closed the connection.
        }
    }
}
