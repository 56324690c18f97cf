using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Takes requests from the listener and sends the answers.</summary>
internal sealed class HttpFront : IDisposable
{
    // Far above the longest right request, which has about 20,000 characters.
    private const int LongestBody = 1 << 20;

    // Outside Windows, aborting an answer sends its status line first. After "100 Continue" clients wait for the real
    // answer, so that the end of the connection is what they see, and never a 200 that was not meant.
    private const int NotAnsweredYet = 100;

    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpListener _listener;
    private readonly Func<ServiceCall, string, CancellationToken, Task<ServiceAnswer>> _answer;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    internal HttpFront(
        HttpListener listener,
        Func<ServiceCall, string, CancellationToken, Task<ServiceAnswer>> answer,
        TimeProvider clock)
    {
        _listener = listener;
        _answer = answer;
        _clock = clock;
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>Ends the listener and all its connections, and waits for the loop that served them.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Abort();
        _loop.Wait(s_stopTimeout);
        _stop.Dispose();
    }

    private static async Task<ServiceCall> ReadAsync(HttpListenerRequest request, CancellationToken stop)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[4096];
        bool isTooLong = request.ContentLength64 > LongestBody;
        int count;
        while (request.HasEntityBody
            && (count = await request.InputStream.ReadAsync(buffer, 0, buffer.Length, stop).ConfigureAwait(false)) > 0)
        {
            // What is too long is still read to its end, since most clients read no answer before they have sent all.
            isTooLong |= body.Length + count > LongestBody;
            if (!isTooLong)
            {
                body.Write(buffer, 0, count);
            }
        }

        return new ServiceCall(
            request.HttpMethod,
            request.RawUrl ?? "/",
            request.Headers,
            isTooLong ? Array.Empty<byte>() : body.ToArray(),
            isTooLong);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync().ConfigureAwait(false);
                context.Response.StatusCode = NotAnsweredYet;
                _ = Task.Run(() => ServeAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            CancellationToken stop = _stop.Token;
            ServiceCall call = await ReadAsync(context.Request, stop).ConfigureAwait(false);
            string requestId = RandomText.NewId();
            ServiceAnswer answer = await _answer(call, requestId, stop).ConfigureAwait(false);
            Send(context.Response, answer, requestId);
        }
#pragma warning disable CA1031 // A request that cannot be served must cost its own connection only.
        catch (Exception)
#pragma warning restore CA1031
        {
            Drop(context.Response);
        }
    }

    private void Send(HttpListenerResponse response, ServiceAnswer answer, string requestId)
    {
        if (answer.StatusCode == 0)
        {
            Drop(response);
            return;
        }

        response.StatusCode = answer.StatusCode;
        response.ContentType = answer.ContentType;
        response.Headers["x-amzn-RequestId"] = requestId;

        // SDKs correct their clock by this header, so it is the emulator's time and not the machine's.
        response.Headers["Date"] = _clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        response.Close(answer.Body, willBlock: true);
    }

    private static void Drop(HttpListenerResponse response)
    {
        try
        {
            response.Abort();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone already, which is what was wanted.
        }
    }
}
