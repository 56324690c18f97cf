using System;
using System.IO;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>A buffered stream over a slice of a file. <see cref="Open"/> moves it to another slice.</summary>
/// <remarks>Not thread-safe. Each thread uses its own instance, which has its own file handle.</remarks>
internal sealed class FileSliceStream : Stream
{
    private const int BufferSize = 128 * 1024;
    private readonly Stream _file;
    private readonly byte[] _buffer = new byte[BufferSize];
    private long _bufferStart;
    private int _bufferLength;
    private long _position;
    private long _end;

    public FileSliceStream(ArchiveSource source)
    {
        _file = source.OpenRead();
        FileLength = _file.Length;
        _end = FileLength;
    }

    public long FileLength { get; }

    /// <summary>The offset in the file of the last read.</summary>
    public long LastPiece { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    /// <summary>The offset in the file of the next read.</summary>
    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Limits reads to a slice of the file.</summary>
    public void Open(long start, long length)
    {
        _position = start;
        _end = Math.Min(start + length, FileLength);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int wanted = (int)Math.Min(count, _end - _position);
        LastPiece = _position;
        if (wanted <= 0)
        {
            return 0;
        }

        if (_position < _bufferStart || _position >= _bufferStart + _bufferLength)
        {
            // A large read bypasses the buffer.
            if (wanted >= BufferSize)
            {
                Seek();
                int direct = _file.Read(buffer, offset, wanted);
                _position += direct;
                return direct;
            }

            Seek();
            _bufferStart = _position;
            _bufferLength = _file.Read(_buffer, 0, BufferSize);
        }

        int start = (int)(_position - _bufferStart);
        int length = Math.Min(wanted, _bufferLength - start);
        if (length <= 0)
        {
            return 0;
        }

        Buffer.BlockCopy(_buffer, start, buffer, offset, length);
        _position += length;
        return length;
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
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Seek()
    {
        if (_file.Position != _position)
        {
            _file.Position = _position;
        }
    }
}
