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

/// <summary>Serves the requests of one connection, one after the other.</summary>
internal sealed class HttpConnection : IDisposable
{
    // What a read or write moves at most: enough that the calls cost nothing beside the copying.
    private const int BufferSize = 256 * 1024;

    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly RequestHandler _answer;
    private readonly TimeProvider _clock;
    private readonly Timer _patience;
    private readonly TimeSpan _headTimeout;
    private long _waitsSince;

    internal HttpConnection(Socket socket, RequestHandler answer, TimeProvider clock, TimeSpan headTimeout)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _answer = answer;
        _clock = clock;
        _headTimeout = headTimeout;
        _patience = new Timer(_ => Dispose(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _waitsSince = Stopwatch.GetTimestamp();
    }

    /// <summary>Since when it waits for a request; <see langword="null"/> while it serves one.</summary>
    internal long? WaitsSince => Interlocked.Read(ref _waitsSince) is > 0 and long since ? since : null;

    /// <summary>Ends the connection, whatever it is at.</summary>
    public void Dispose()
    {
        _patience.Dispose();
        _stream.Dispose();
    }

    /// <summary>Returns when the connection has ended. Never throws: a failure costs this connection only.</summary>
    internal async Task ServeAsync(CancellationToken stop)
    {
        HttpRequestReader reader = new(_stream);
        try
        {
            TimeSpan patience = _headTimeout;
            while (!stop.IsCancellationRequested && await NextAsync(reader, patience).ConfigureAwait(false)
                is HttpRequest call)
            {
                // Clients keep connections for their next request.
                patience = s_idleTimeout;
                string requestId = RandomIdentifiers.NewId();
                HttpResponse answer = await _answer(call, requestId, stop).ConfigureAwait(false);
                using Stream? content = answer.Content;
                if (answer.StatusCode == 0)
                {
                    break;
                }

                bool isLast = call.IsLast || call.BodyStream!.AwaitsContinue || answer.IsCutOff;
                if (!call.BodyStream!.AwaitsContinue)
                {
                    await call.BodyStream.DrainAsync().ConfigureAwait(false);
                }

                await WriteAsync(answer, requestId, call.Method, isLast).ConfigureAwait(false);
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
            // Nobody is left to be told.
        }
    }

    /// <summary>Head and body in one write where they fit, so that a small answer goes out as one packet.</summary>
    private async Task WriteAsync(HttpResponse answer, string requestId, string? method, bool isLast)
    {
        byte[] head = Head(answer, requestId, isLast);
        long left = method == "HEAD" ? 0 : answer.IsCutOff ? answer.Length / 2 : answer.Length;
        if (answer.Content is null)
        {
            byte[] bytes = new byte[head.Length + left];
            Buffer.BlockCopy(head, 0, bytes, 0, head.Length);
            Buffer.BlockCopy(answer.Body, 0, bytes, head.Length, (int)left);
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
                    int read = answer.Content.Read(buffer, count, (int)Math.Min(left, buffer.Length - count));
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

    private byte[] Head(HttpResponse answer, string requestId, bool isLast)
    {
        StringBuilder head = new(256);
        head.AppendFormat(
            CultureInfo.InvariantCulture,
            "HTTP/1.1 {0} {1}\r\n{2}: {3}\r\n",
            answer.StatusCode,
            Reason(answer.StatusCode),
            answer.RequestIdHeader,
            requestId);

        // SDKs correct their clock by the Date header, so it is the emulator's time and not the machine's.
        head.AppendFormat(CultureInfo.InvariantCulture, "Date: {0:r}\r\n", _clock.GetUtcNow());
        AppendHeader(head, "Content-Type", answer.ContentType);
        foreach (KeyValuePair<string, string> header in answer.Headers)
        {
            AppendHeader(head, header.Key, header.Value);
        }

        // These two have no body by their very number.
        if (answer.StatusCode is not (204 or 304))
        {
            head.AppendFormat(CultureInfo.InvariantCulture, "Content-Length: {0}\r\n", answer.Length);
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
                // A line break in a value would begin a header of the client's own.
                head.Append(c < ' ' ? ' ' : c);
            }

            head.Append("\r\n");
        }
    }
}
