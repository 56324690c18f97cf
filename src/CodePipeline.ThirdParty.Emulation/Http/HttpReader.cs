using System;
using System.Collections.Specialized;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Reads lines and bytes from a connection through one buffer.</summary>
internal sealed class HttpReader
{
    private const int LongestLine = 32 * 1024;
    private const int MostHeaders = 200;

    // ISO-8859-1 keeps every byte, so that the emulator verifies exactly the bytes that the client signed.
    internal static Encoding Latin1 { get; } = Encoding.GetEncoding(28591);

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _start;
    private int _end;

    internal HttpReader(Stream stream)
    {
        _stream = stream;
    }

    /// <summary>Reads a line, without its line break; <see langword="null"/> at the end of the connection.</summary>
    internal async ValueTask<string?> ReadLineAsync()
    {
        int searched = 0;
        while (true)
        {
            int index = Array.IndexOf(_buffer, (byte)'\n', _start + searched, _end - _start - searched);
            if (index >= 0)
            {
                int length = index - _start;
                int text = length > 0 && _buffer[index - 1] == (byte)'\r' ? length - 1 : length;
                string line = Latin1.GetString(_buffer, _start, text);
                _start = index + 1;
                return line;
            }

            searched = _end - _start;
            if (searched == _buffer.Length)
            {
                throw new HttpFormatException("A line of the request head is longer than 32 KiB.");
            }

            if (!await FillAsync().ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    /// <summary>Reads headers up to the empty line that ends them.</summary>
    internal async Task<NameValueCollection> ReadHeadersAsync()
    {
        NameValueCollection headers = new(StringComparer.OrdinalIgnoreCase);
        int count = 0;
        while (await ReadLineAsync().ConfigureAwait(false) is string line)
        {
            if (line.Length == 0)
            {
                return headers;
            }

            int colon = line.IndexOf(':');
            if (colon <= 0 || !IsName(line, colon) || ++count > MostHeaders)
            {
                throw new HttpFormatException("A request header is invalid, or the request has more than 200 headers.");
            }

            headers.Add(line.Substring(0, colon), line.Substring(colon + 1).Trim());
        }

        throw new EndOfStreamException();
    }

    /// <summary>
    /// Reads the available bytes, at most <paramref name="count"/>; returns 0 at the end of the connection.
    /// </summary>
    internal async ValueTask<int> ReadSomeAsync(byte[] target, int offset, int count)
    {
        if (_start == _end)
        {
            // Bypass the buffer, so that the bytes of a large body are copied only once.
            return await _stream.ReadAsync(target, offset, count).ConfigureAwait(false);
        }

        int part = Math.Min(count, _end - _start);
        Buffer.BlockCopy(_buffer, _start, target, offset, part);
        _start += part;
        return part;
    }

    /// <summary>
    /// Whether the first <paramref name="length"/> characters are a valid header name. A space before the colon is
    /// invalid, because HTTP implementations disagree about which header that is.
    /// </summary>
    private static bool IsName(string line, int length)
    {
        const string Marks = "!#$%&'*+-.^_`|~";
        for (int i = 0; i < length; i++)
        {
            if (line[i] is not ((>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'))
                && Marks.IndexOf(line[i]) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        int count = await _stream.ReadAsync(_buffer, _end, _buffer.Length - _end).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }
}
