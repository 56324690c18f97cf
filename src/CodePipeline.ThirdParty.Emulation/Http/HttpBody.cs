using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>The body of a request. Reads from the connection on demand.</summary>
internal sealed class HttpBody : ReadOnlyStream
{
    private const int DrainSize = 64 * 1024;

    private static readonly byte[] s_continue = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");

    private readonly HttpReader _reader;
    private readonly Stream _connection;
    private readonly bool _isChunked;
    private long _left;
    private bool _ended;

    /// <summary>Creates a body; a <paramref name="length"/> of <see langword="null"/> means chunked encoding.</summary>
    internal HttpBody(HttpReader reader, Stream connection, long? length, bool expectsContinue)
    {
        _reader = reader;
        _connection = connection;
        DeclaredLength = length;
        _isChunked = length is null;
        _left = length ?? 0;
        _ended = length == 0;
        AwaitsContinue = expectsContinue && !_ended;
    }

    /// <summary>The Content-Length in bytes; <see langword="null"/> for a chunked body.</summary>
    internal long? DeclaredLength { get; }

    /// <summary>Whether the client is waiting for <c>100 Continue</c> before it sends the body.</summary>
    internal bool AwaitsContinue { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (AwaitsContinue)
        {
            AwaitsContinue = false;
            await _connection.WriteAsync(s_continue, 0, s_continue.Length, cancellationToken).ConfigureAwait(false);
        }

        if (_isChunked && _left == 0 && !_ended)
        {
            await NextChunkAsync().ConfigureAwait(false);
        }

        if (_ended || count == 0)
        {
            return 0;
        }

        int read = await _reader.ReadSomeAsync(buffer, offset, (int)Math.Min(count, _left)).ConfigureAwait(false);
        if (read == 0)
        {
            throw new EndOfStreamException();
        }

        _left -= read;
        if (_left == 0)
        {
            if (_isChunked)
            {
                string? rest = await _reader.ReadLineAsync().ConfigureAwait(false);
                if (rest?.Length > 0)
                {
                    throw new HttpFormatException("A chunk is longer than its declared length.");
                }
            }
            else
            {
                _ended = true;
            }
        }

        return read;
    }

    /// <summary>
    /// Reads the whole body; returns <see langword="null"/> if it has more than <paramref name="limit"/> bytes, after
    /// draining it.
    /// </summary>
    internal async Task<byte[]?> ReadAllAsync(long limit)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[(int)Math.Min(DrainSize, Math.Max(DeclaredLength ?? DrainSize, 1))];
        bool isTooLong = DeclaredLength > limit;
        int count;
        while ((count = await ReadAsync(buffer, 0, buffer.Length, CancellationToken.None).ConfigureAwait(false)) > 0)
        {
            isTooLong |= body.Length + count > limit;
            if (!isTooLong)
            {
                body.Write(buffer, 0, count);
            }
        }

        return isTooLong ? null : body.ToArray();
    }

    /// <summary>
    /// Discards the rest of the body, so that the client can read the response and send the next request.
    /// </summary>
    internal async Task DrainAsync()
    {
        if (!_ended)
        {
            byte[] buffer = new byte[DrainSize];
            while (await ReadAsync(buffer, 0, buffer.Length, CancellationToken.None).ConfigureAwait(false) > 0)
            {
            }
        }
    }

    private async Task NextChunkAsync()
    {
        string line = await _reader.ReadLineAsync().ConfigureAwait(false) ?? throw new EndOfStreamException();
        if (!uint.TryParse(
            line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint size))
        {
            throw new HttpFormatException("The length of a chunk is not a number.");
        }

        _left = size;
        if (size == 0)
        {
            // The emulator ignores HTTP trailers. S3 trailers are part of the body.
            await _reader.ReadHeadersAsync().ConfigureAwait(false);
            _ended = true;
        }
    }
}
