using System;
using System.IO;
#if NET
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
#endif

namespace CodePipeline.ThirdParty.Connections;

/// <summary>A response exceeds the size limit, which is above any response of the service.</summary>
internal sealed class ResponseTooLongException()
    : Exception($"The response is longer than {ResponseLimit.LongestInMiB} MiB.");

/// <summary>The size limit of a response. Without it, an endless response would fill the memory.</summary>
internal static class ResponseLimit
{
    public const int LongestInMiB = 8;
    public const int Longest = LongestInMiB << 20;

    /// <summary>Copies a response body.</summary>
    /// <exception cref="ResponseTooLongException">The body exceeds the limit.</exception>
    public static void Copy(Stream response, Stream to)
    {
        byte[] buffer = new byte[16 * 1024];
        long total = 0;
        for (int read; (read = response.Read(buffer, 0, buffer.Length)) > 0;)
        {
            total += read;
            if (total > Longest)
            {
                throw new ResponseTooLongException();
            }

            to.Write(buffer, 0, read);
        }
    }
}
#if NET

/// <summary>
/// Limits the length and the time of each response. The timeout of <see cref="HttpClient"/> ends with the headers; this
/// one includes the body.
/// </summary>
internal sealed class ResponseLimitHandler(HttpMessageHandler inner, TimeSpan timeout) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deadline = new CancellationTokenSource(timeout);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            response.Content = new LimitedContent(response.Content, deadline);
            return response;
        }
        catch
        {
            deadline.Dispose();
            throw;
        }
    }

    /// <summary>Content that enforces the limits when it is read.</summary>
    private sealed class LimitedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly CancellationTokenSource _deadline;

        public LimitedContent(HttpContent inner, CancellationTokenSource deadline)
        {
            _inner = inner;
            _deadline = deadline;
            foreach ((string name, System.Collections.Generic.IEnumerable<string> values) in inner.Headers)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() =>
            new LimitedStream(await _inner.ReadAsStreamAsync().ConfigureAwait(false), _deadline);

        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) =>
            new LimitedStream(_inner.ReadAsStream(cancellationToken), _deadline);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using Stream content = await CreateContentReadStreamAsync().ConfigureAwait(false);
            await content.CopyToAsync(stream).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
                _deadline.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    private sealed class LimitedStream : Stream
    {
        private readonly Stream _inner;
        private readonly CancellationTokenSource _deadline;
        private readonly CancellationTokenRegistration _end;
        private long _total;

        public LimitedStream(Stream inner, CancellationTokenSource deadline)
        {
            _inner = inner;
            _deadline = deadline;

            // Disposing the inner stream ends a pending read.
            _end = deadline.Token.UnsafeRegister(static stream => ((Stream)stream!).Dispose(), inner);
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _total;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return Count(_inner.Read(buffer));
            }
            catch (Exception error) when (IsOver(error))
            {
                throw TooSlow(error);
            }
        }

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return Count(await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception error) when (IsOver(error) && !cancellationToken.IsCancellationRequested)
            {
                throw TooSlow(error);
            }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _end.Dispose();
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private static TimeoutException TooSlow(Exception error) => new("The response did not end in time.", error);

        private bool IsOver(Exception error) =>
            error is not ResponseTooLongException && _deadline.IsCancellationRequested;

        private int Count(int read)
        {
            _total += read;
            return _total <= ResponseLimit.Longest ? read : throw new ResponseTooLongException();
        }
    }
}
#endif
