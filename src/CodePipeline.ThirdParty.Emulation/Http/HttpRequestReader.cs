using System;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Reads HTTP/1.1 requests off one connection.</summary>
internal sealed class HttpRequestReader
{
    private readonly Stream _stream;
    private readonly HttpReader _reader;

    internal HttpRequestReader(Stream stream)
    {
        _stream = stream;
        _reader = new HttpReader(stream);
    }

    /// <summary>
    /// Reads the head of the next request, whose body is still to be read; <see langword="null"/> where the connection
    /// has ended.
    /// </summary>
    internal async Task<HttpRequest?> ReadAsync()
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

        NameValueCollection headers = await _reader.ReadHeadersAsync().ConfigureAwait(false);
        string connection = headers["Connection"] ?? string.Empty;
        bool close = parts[2] == "HTTP/1.0" || connection.IndexOf("close", StringComparison.OrdinalIgnoreCase) >= 0;
        bool expects = string.Equals(headers["Expect"], "100-continue", StringComparison.OrdinalIgnoreCase);
        HttpBody body = new(_reader, _stream, LengthOf(headers), expects);
        return new HttpRequest(parts[0], parts[1], headers, body) { IsLast = close };
    }

    /// <summary>The length of the body; <see langword="null"/> for one in chunks.</summary>
    private static long? LengthOf(NameValueCollection headers)
    {
        if (headers["Transfer-Encoding"] is string encoding)
        {
            // Whoever reads it by the one and whoever reads it by the other would see two different requests.
            if (headers["Content-Length"] is not null)
            {
                throw new HttpFormatException("The request has both a content length and a transfer encoding.");
            }

            return encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new HttpFormatException("The transfer encoding is not known.");
        }

        string length = headers["Content-Length"] ?? "0";
        return long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new HttpFormatException("The content length is not a number.");
    }
}
