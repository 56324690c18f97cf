using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Reads lines and bytes off a connection through one buffer.</summary>
internal sealed class HttpReader
{
    private const int LongestLine = 32 * 1024;

    // ISO-8859-1: every byte is a character, so that what was signed is what is checked.
    private static readonly Encoding s_latin1 = Encoding.GetEncoding(28591);

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
                string line = s_latin1.GetString(_buffer, _start, text);
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

    /// <summary>Reads exactly so many bytes; with no target they are thrown away.</summary>
    internal async ValueTask ReadAsync(Stream? target, long count)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync().ConfigureAwait(false))
            {
                throw new EndOfStreamException();
            }

            int part = (int)Math.Min(count, _end - _start);
            target?.Write(_buffer, _start, part);
            _start += part;
            count -= part;
        }
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
