using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Serves the requests of one connection in sequence.</summary>
internal sealed class HttpConnection : IDisposable
{
    // The most bytes per read or write; large enough that the cost of the calls is negligible.
    private const int BufferSize = 256 * 1024;

    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly RequestHandler _handler;
    private readonly TimeProvider _clock;
    private readonly Timer _patience;
    private readonly TimeSpan _headTimeout;
    private long _waitsSince;

    internal HttpConnection(Socket socket, RequestHandler handler, TimeProvider clock, TimeSpan headTimeout)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _handler = handler;
        _clock = clock;
        _headTimeout = headTimeout;
        _patience = new Timer(_ => Dispose(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _waitsSince = Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// The timestamp since which the connection waits for a request; <see langword="null"/> while it serves one.
    /// </summary>
    internal long? WaitsSince => Interlocked.Read(ref _waitsSince) is > 0 and long since ? since : null;

    /// <summary>Closes the connection, even in the middle of a request.</summary>
    public void Dispose()
    {
        _patience.Dispose();
        _stream.Dispose();
    }

    /// <summary>Serves requests until the connection closes. Never throws: an error closes the connection.</summary>
    internal async Task ServeAsync(CancellationToken stop)
    {
        HttpRequestReader reader = new(_stream);
        try
        {
            TimeSpan patience = _headTimeout;
            while (!stop.IsCancellationRequested && await NextAsync(reader, patience).ConfigureAwait(false)
                is HttpRequest call)
            {
                // Clients keep connections open for later requests.
                patience = s_idleTimeout;
                string requestId = RandomIdentifiers.NewId();
                HttpResponse response = await _handler(call, requestId, stop).ConfigureAwait(false);
                using Stream? content = response.Content;
                if (response.StatusCode == 0)
                {
                    break;
                }

                bool isLast = call.IsLast || call.BodyStream!.AwaitsContinue || response.IsCutOff;
                if (!call.BodyStream!.AwaitsContinue)
                {
                    await call.BodyStream.DrainAsync().ConfigureAwait(false);
                }

                await WriteAsync(response, requestId, call.Method, isLast).ConfigureAwait(false);
                if (isLast)
                {
                    break;
                }
            }
        }
        catch (HttpFormatException e)
        {
            await RefuseAsync(e.Message).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A disconnect, a stop or a bug must close only this connection.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            Dispose();
        }
    }

    private async Task<HttpRequest?> NextAsync(HttpRequestReader reader, TimeSpan patience)
    {
        Interlocked.Exchange(ref _waitsSince, Stopwatch.GetTimestamp());
        _patience.Change(patience, Timeout.InfiniteTimeSpan);
        HttpRequest? call = await reader.ReadAsync().ConfigureAwait(false);
        _patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _waitsSince, 0);
        return call;
    }

    private static string Reason(int statusCode) => statusCode switch
    {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        416 => "Requested Range Not Satisfiable",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Unknown",
    };

    private async Task RefuseAsync(string message)
    {
        try
        {
            HttpResponse refusal = HttpResponse.Error(new ServiceException("BadRequest", message));
            await WriteAsync(refusal, RandomIdentifiers.NewId(), method: null, isLast: true).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has disconnected.
        }
    }

    /// <summary>
    /// Writes head and body together if they fit into the buffer, so that a small response is one packet.
    /// </summary>
    private async Task WriteAsync(HttpResponse response, string requestId, string? method, bool isLast)
    {
        byte[] head = Head(response, requestId, isLast);
        long left = method == "HEAD" ? 0 : response.IsCutOff ? response.Length / 2 : response.Length;
        if (response.Content is null)
        {
            byte[] bytes = new byte[head.Length + left];
            Buffer.BlockCopy(head, 0, bytes, 0, head.Length);
            Buffer.BlockCopy(response.Body, 0, bytes, head.Length, (int)left);
            await _stream.WriteAsync(bytes, 0, bytes.Length).ConfigureAwait(false);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, head.Length + left));
        try
        {
            Buffer.BlockCopy(head, 0, buffer, 0, head.Length);
            int count = head.Length;
            do
            {
                while (left > 0 && count < buffer.Length)
                {
                    int read = response.Content.Read(buffer, count, (int)Math.Min(left, buffer.Length - count));
                    count += read > 0 ? read : throw new EndOfStreamException();
                    left -= read;
                }

                await _stream.WriteAsync(buffer, 0, count).ConfigureAwait(false);
                count = 0;
            }
            while (left > 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Head(HttpResponse response, string requestId, bool isLast)
    {
        StringBuilder head = new(256);
        head.AppendFormat(
            CultureInfo.InvariantCulture,
            "HTTP/1.1 {0} {1}\r\n{2}: {3}\r\n",
            response.StatusCode,
            Reason(response.StatusCode),
            response.RequestIdHeader,
            requestId);

        // SDKs correct their clock by the Date header, so it must use the emulator's clock.
        head.AppendFormat(CultureInfo.InvariantCulture, "Date: {0:r}\r\n", _clock.GetUtcNow());
        AppendHeader(head, "Content-Type", response.ContentType);
        foreach (KeyValuePair<string, string> header in response.Headers)
        {
            AppendHeader(head, header.Key, header.Value);
        }

        // HTTP forbids a body for these status codes.
        if (response.StatusCode is not (204 or 304))
        {
            head.AppendFormat(CultureInfo.InvariantCulture, "Content-Length: {0}\r\n", response.Length);
        }

        AppendHeader(head, "Connection", isLast ? "close" : null);
        return HttpReader.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static void AppendHeader(StringBuilder head, string name, string? value)
    {
        if (value is not null)
        {
            head.Append(name).Append(": ");
            foreach (char c in value)
            {
                // A line break would let the client inject headers.
                head.Append(c < ' ' ? ' ' : c);
            }

            head.Append("\r\n");
        }
    }
}
