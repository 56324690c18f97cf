using System;
using System.Collections.Specialized;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation.Http;

/// <summary>Reads lines and bytes off a connection through one buffer.</summary>
internal sealed class HttpReader
{
    private const int LongestLine = 32 * 1024;
    private const int MostHeaders = 200;

    // ISO-8859-1: every byte is a character, so that what was signed is what is checked.
    internal static Encoding Latin1 { get; } = Encoding.GetEncoding(28591);

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _start;
    private int _end;

    internal HttpReader(Stream stream)
    {
        _stream = stream;
    }

    /// <summary>Reads a line without its end; <see langword="null"/> where the connection has ended.</summary>
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
                throw new HttpFormatException("A line of the request's head is too long.");
            }

            if (!await FillAsync().ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    /// <summary>Reads header lines up to the empty one.</summary>
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
                throw new HttpFormatException("A header of the request cannot be read.");
            }

            headers.Add(line.Substring(0, colon), line.Substring(colon + 1).Trim());
        }

        throw new EndOfStreamException();
    }

    /// <summary>Reads what is there, at most so many bytes; 0 where the connection has ended.</summary>
    internal async ValueTask<int> ReadSomeAsync(byte[] target, int offset, int count)
    {
        if (_start == _end)
        {
            // Past the buffer: nothing of a big body is copied twice.
            return await _stream.ReadAsync(target, offset, count).ConfigureAwait(false);
        }

        int part = Math.Min(count, _end - _start);
        Buffer.BlockCopy(_buffer, _start, target, offset, part);
        _start += part;
        return part;
    }

    /// <summary>
    /// Whether a line begins with a name of a header. With a space before its colon, one reader would take it for another
    /// header than the next one does.
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
