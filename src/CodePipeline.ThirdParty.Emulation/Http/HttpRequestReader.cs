using System;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Reads HTTP/1.1 requests off one connection.</summary>
internal sealed class HttpRequestReader
{
    // Far above the longest right request, which has about 20,000 characters.
    private const long LongestBody = 1 << 20;
    private const int MostHeaders = 200;

    private static readonly byte[] s_continue = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");

    private readonly Stream _stream;
    private readonly HttpReader _reader;

    internal HttpRequestReader(Stream stream)
    {
        _stream = stream;
        _reader = new HttpReader(stream);
    }

    /// <summary>Reads the next request; <see langword="null"/> where the connection has ended.</summary>
    internal async Task<ServiceCall?> ReadAsync()
    {
        string? line = await _reader.ReadLineAsync().ConfigureAwait(false);
        if (line is null)
        {
            return null;
        }

        string[] parts = line.Split(' ');
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !parts[1].StartsWith("/", StringComparison.Ordinal))
        {
            throw new HttpFormatException("The first line is not that of an HTTP/1.1 request.");
        }

        NameValueCollection headers = await ReadHeadersAsync().ConfigureAwait(false);
        if (string.Equals(headers["Expect"], "100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await _stream.WriteAsync(s_continue, 0, s_continue.Length).ConfigureAwait(false);
        }

        byte[]? body = await ReadBodyAsync(headers).ConfigureAwait(false);
        string connection = headers["Connection"] ?? string.Empty;
        bool close = parts[2] == "HTTP/1.0" || connection.IndexOf("close", StringComparison.OrdinalIgnoreCase) >= 0;
        return new ServiceCall(parts[0], parts[1], headers, body ?? Array.Empty<byte>())
        {
            IsTooLong = body is null,
            IsLast = close,
        };
    }

    private async Task<NameValueCollection> ReadHeadersAsync()
    {
        NameValueCollection headers = new(StringComparer.OrdinalIgnoreCase);
        int count = 0;
        while (await _reader.ReadLineAsync().ConfigureAwait(false) is string line)
        {
            if (line.Length == 0)
            {
                return headers;
            }

            int colon = line.IndexOf(':');
            if (colon <= 0 || line[0] is ' ' or '\t' || ++count > MostHeaders)
            {
                throw new HttpFormatException("A header of the request cannot be read.");
            }

            headers.Add(line.Substring(0, colon), line.Substring(colon + 1).Trim());
        }

        throw new EndOfStreamException();
    }

    /// <summary>
    /// Reads the body; <see langword="null"/> for one that is too long, which is read to its end all the same.
    /// </summary>
    private async Task<byte[]?> ReadBodyAsync(NameValueCollection headers)
    {
        if (headers["Transfer-Encoding"] is string encoding)
        {
            return encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? await ReadChunksAsync().ConfigureAwait(false)
                : throw new HttpFormatException("The transfer encoding is not known.");
        }

        string length = headers["Content-Length"] ?? "0";
        if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            throw new HttpFormatException("The content length is not a number.");
        }

        using MemoryStream body = new();
        bool isTooLong = count > LongestBody;
        await _reader.ReadAsync(isTooLong ? null : body, count).ConfigureAwait(false);
        return isTooLong ? null : body.ToArray();
    }

    private async Task<byte[]?> ReadChunksAsync()
    {
        using MemoryStream body = new();
        bool isTooLong = false;
        while (true)
        {
            string line = await _reader.ReadLineAsync().ConfigureAwait(false) ?? throw new EndOfStreamException();
            if (!uint.TryParse(
                line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint size))
            {
                throw new HttpFormatException("The length of a chunk is not a number.");
            }

            isTooLong |= body.Length + size > LongestBody;
            await _reader.ReadAsync(isTooLong ? null : body, size).ConfigureAwait(false);
            if (size == 0)
            {
                // Trailers are headers that nothing here reads.
                await ReadHeadersAsync().ConfigureAwait(false);
                return isTooLong ? null : body.ToArray();
            }

            await _reader.ReadLineAsync().ConfigureAwait(false);
        }
    }
}
