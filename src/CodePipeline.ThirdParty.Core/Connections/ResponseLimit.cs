using System;
using System.IO;
#if NET
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
#endif

namespace CodePipeline.ThirdParty.Connections;

/// <summary>An answer is longer than any of the service.</summary>
internal sealed class ResponseTooLongException()
    : Exception($"The answer is longer than {ResponseLimit.LongestInMiB} MiB.");

/// <summary>How long an answer may be: an endpoint that never ends would else fill the memory.</summary>
internal static class ResponseLimit
{
    public const int LongestInMiB = 8;
    public const int Longest = LongestInMiB << 20;

    /// <summary>Copies an answer.</summary>
    /// <exception cref="ResponseTooLongException">It is too long.</exception>
    public static void Copy(Stream answer, Stream to)
    {
        byte[] buffer = new byte[16 * 1024];
        long total = 0;
        for (int read; (read = answer.Read(buffer, 0, buffer.Length)) > 0;)
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
/// Holds each answer to a length, and to the time that the client has: the client's own counts until the headers are
/// there only.
/// </summary>
internal sealed class ResponseLimitHandler(HttpMessageHandler inner, TimeSpan timeout) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deadline = new CancellationTokenSource(timeout);
        try
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            answer.Content = new LimitedContent(answer.Content, deadline);
            return answer;
        }
        catch
        {
            deadline.Dispose();
            throw;
        }
    }

    /// <summary>A content that is read through the limits.</summary>
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
            using Stream answer = await CreateContentReadStreamAsync().ConfigureAwait(false);
            await answer.CopyToAsync(stream).ConfigureAwait(false);
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

            // A read that waits ends with its stream.
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

        private static TimeoutException TooSlow(Exception error) => new("The answer did not end in time.", error);

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
