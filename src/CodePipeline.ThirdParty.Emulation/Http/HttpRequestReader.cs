using System;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Reads HTTP/1.1 requests from one connection.</summary>
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
    /// Reads the head of the next request, but not its body; <see langword="null"/> at the end of the connection.
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
            throw new HttpFormatException("The first line is not a valid HTTP/1.1 request line.");
        }

        NameValueCollection headers = await _reader.ReadHeadersAsync().ConfigureAwait(false);
        string connection = headers["Connection"] ?? string.Empty;
        bool close = parts[2] == "HTTP/1.0" || connection.IndexOf("close", StringComparison.OrdinalIgnoreCase) >= 0;
        bool expects = string.Equals(headers["Expect"], "100-continue", StringComparison.OrdinalIgnoreCase);
        HttpBody body = new(_reader, _stream, LengthOf(headers), expects);
        return new HttpRequest(parts[0], parts[1], headers, body) { IsLast = close };
    }

    /// <summary>The length of the body in bytes; <see langword="null"/> for a chunked body.</summary>
    private static long? LengthOf(NameValueCollection headers)
    {
        if (headers["Transfer-Encoding"] is string encoding)
        {
            // Implementations disagree about which header wins, so such a request is ambiguous.
            if (headers["Content-Length"] is not null)
            {
                throw new HttpFormatException("The request has both Content-Length and Transfer-Encoding.");
            }

            return encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new HttpFormatException("The Transfer-Encoding is not chunked.");
        }

        string length = headers["Content-Length"] ?? "0";
        return long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new HttpFormatException("The Content-Length is not a number.");
    }
}
