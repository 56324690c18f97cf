using System;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Serves the requests of one connection, one after the other.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly RequestHandler _answer;
    private readonly TimeProvider _clock;

    internal HttpConnection(Socket socket, RequestHandler answer, TimeProvider clock)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _answer = answer;
        _clock = clock;
    }

    /// <summary>Ends the connection, whatever it is at.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>Returns when the connection has ended. Never throws: a failure costs this connection only.</summary>
    internal async Task ServeAsync(CancellationToken stop)
    {
        HttpRequestReader reader = new(_stream);
        try
        {
            while (!stop.IsCancellationRequested && await reader.ReadAsync().ConfigureAwait(false) is ServiceCall call)
            {
                string requestId = RandomText.NewId();
                ServiceAnswer answer = await _answer(call, requestId, stop).ConfigureAwait(false);
                if (answer.StatusCode == 0)
                {
                    break;
                }

                await WriteAsync(answer, requestId, call).ConfigureAwait(false);
                if (call.IsLast)
                {
                    break;
                }
            }
        }
        catch (HttpFormatException e)
        {
            await RefuseAsync(e.Message).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A client that goes away, a stop, or a fault of our own must end this connection only.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            Dispose();
        }
    }

    private static string Reason(int statusCode) => statusCode switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        413 => "Payload Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Unknown",
    };

    private async Task RefuseAsync(string message)
    {
        try
        {
            ServiceAnswer refusal = ServiceAnswer.Error(new ServiceException("BadRequest", message));
            await WriteAsync(refusal, RandomText.NewId(), call: null).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }

    /// <summary>Head and body in one write, so that the answer goes out as one packet.</summary>
    private async Task WriteAsync(ServiceAnswer answer, string requestId, ServiceCall? call)
    {
        // SDKs correct their clock by the Date header, so it is the emulator's time and not the machine's.
        string head = string.Format(
            CultureInfo.InvariantCulture,
            "HTTP/1.1 {0} {1}\r\nx-amzn-RequestId: {2}\r\nDate: {3:r}\r\n"
                + "Content-Type: {4}\r\nContent-Length: {5}\r\n{6}\r\n",
            answer.StatusCode,
            Reason(answer.StatusCode),
            requestId,
            _clock.GetUtcNow(),
            answer.ContentType,
            answer.Body.Length,
            call is null || call.IsLast ? "Connection: close\r\n" : string.Empty);
        int bodyLength = call?.Method == "HEAD" ? 0 : answer.Body.Length;
        byte[] bytes = new byte[head.Length + bodyLength];
        Encoding.ASCII.GetBytes(head, 0, head.Length, bytes, 0);
        Buffer.BlockCopy(answer.Body, 0, bytes, head.Length, bodyLength);
        await _stream.WriteAsync(bytes, 0, bytes.Length).ConfigureAwait(false);
    }
}
