using System;
using System.IO;
using CodePipeline.ThirdParty.Checksums;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Decompresses all members of a gzip file.</summary>
/// <remarks>
/// SharpZipLib's gzip stream rejects headers that have a checksum. System.IO.Compression's treats truncated data as the
/// end of the file in some versions. This class uses SharpZipLib's inflater only.
/// </remarks>
internal sealed class GzipStreamReader : Stream
{
    private const int First = 0x1F;
    private const int Second = 0x8B;
    private const int Deflate = 8;
    private const int HasHeaderCrc = 0x02;
    private const int HasExtra = 0x04;
    private const int HasName = 0x08;
    private const int HasComment = 0x10;
    private const int Reserved = 0xE0;
    private readonly Stream _file;
    private readonly Inflater _inflater = new(noHeader: true);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _at;
    private int _end;
    private uint _crc;
    private uint _headerCrc;
    private uint _size;
    private bool _isInMember;
    private bool _isFinished;

    /// <summary>Reads from the current position of the file, and leaves the file open.</summary>
    public GzipStreamReader(Stream file) => _file = file;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the bytes start with a gzip header.</summary>
    public static bool IsGzip(byte[] head, int length) =>
        length >= 3 && head[0] == First && head[1] == Second && head[2] == Deflate;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data is altered.</exception>
    /// <exception cref="EndOfStreamException">The data is truncated.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (count > 0 && !_isFinished)
        {
            if (!_isInMember)
            {
                ReadHeader();
            }

            int read = _inflater.Inflate(buffer, offset, count);
            if (read > 0)
            {
                _crc = (uint)Crc.Crc32.Append(_crc, buffer, offset, read);
                _size += (uint)read;
                return read;
            }

            if (_inflater.IsFinished)
            {
                ReadTrailer();
            }
            else if (_inflater.IsNeedingInput)
            {
                if (!Fill())
                {
                    throw Truncated();
                }

                _inflater.SetInput(_buffer, 0, _end);
                _at = _end;
            }
            else
            {
                throw new InvalidDataException("The gzip data requires a dictionary.");
            }
        }

        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static EndOfStreamException Truncated() => new("The gzip data is truncated.");

    private void ReadHeader()
    {
        _headerCrc = 0;
        if (Next() != First || Next() != Second || Next() != Deflate)
        {
            throw new InvalidDataException("The gzip header is invalid.");
        }

        int flags = Next();
        if ((flags & Reserved) != 0)
        {
            throw new InvalidDataException("The gzip header has unknown flags.");
        }

        // The time, the compression flags and the operating system.
        Skip(6);
        if ((flags & HasExtra) != 0)
        {
            int low = Next();
            Skip(low | (Next() << 8));
        }

        for (int texts = ((flags & HasName) != 0 ? 1 : 0) + ((flags & HasComment) != 0 ? 1 : 0); texts > 0; texts--)
        {
            while (Next() != 0)
            {
            }
        }

        if ((flags & HasHeaderCrc) != 0)
        {
            uint expected = _headerCrc & 0xFFFF;
            int low = Next();
            if ((low | (Next() << 8)) != expected)
            {
                throw new InvalidDataException("The checksum of the gzip header does not match.");
            }
        }

        _inflater.Reset();
        _inflater.SetInput(_buffer, _at, _end - _at);
        _at = _end;
        (_crc, _size, _isInMember) = (0, 0, true);
    }

    private void ReadTrailer()
    {
        _isInMember = false;
        _at = _end - _inflater.RemainingInput;
        byte[] trailer = new byte[8];
        for (int index = 0; index < trailer.Length; index++)
        {
            trailer[index] = (byte)Next();
        }

        if (LittleEndian.UInt32(trailer, 0) != _crc || LittleEndian.UInt32(trailer, 4) != _size)
        {
            throw new InvalidDataException("The checksum or the length of the gzip data does not match.");
        }

        // Another member may follow. Anything else is padding, which gzip ignores.
        _isFinished = !IsAt(0, First) || !IsAt(1, Second);
    }

    // Peeks at a byte without consuming it. Refills the buffer if necessary.
    private bool IsAt(int ahead, int value)
    {
        if (_end - _at <= ahead)
        {
            int left = _end - _at;
            Buffer.BlockCopy(_buffer, _at, _buffer, 0, left);
            (_at, _end) = (0, left);
            while (_end <= ahead)
            {
                int read = _file.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0)
                {
                    return false;
                }

                _end += read;
            }
        }

        return _buffer[_at + ahead] == value;
    }

    private void Skip(int count)
    {
        for (; count > 0; count--)
        {
            Next();
        }
    }

    private int Next()
    {
        if (_at == _end && !Fill())
        {
            throw Truncated();
        }

        _headerCrc = (uint)Crc.Crc32.Append(_headerCrc, _buffer, _at, 1);
        return _buffer[_at++];
    }

    private bool Fill()
    {
        (_at, _end) = (0, _file.Read(_buffer, 0, _buffer.Length));
        return _end > 0;
    }
}
