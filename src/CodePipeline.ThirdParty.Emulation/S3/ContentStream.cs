using System;
using System.IO;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Reads the contents of an object, or a range of them, from its files.</summary>
internal sealed class ContentStream : ReadOnlyStream
{
    private readonly long _start;
    private readonly long _flippedAt;
    private StoredContent? _content;
    private FileStream? _file;
    private int _fileIndex = -1;
    private long _position;

    /// <summary>Creates a stream.</summary>
    /// <param name="content">The contents. The stream releases them when it is disposed.</param>
    /// <param name="start">The offset of the range in bytes.</param>
    /// <param name="length">The length of the range in bytes.</param>
    /// <param name="flip">Whether to corrupt the middle byte.</param>
    internal ContentStream(StoredContent content, long start, long length, bool flip = false)
    {
        _content = content;
        _start = start;
        Length = length;
        _flippedAt = flip ? length / 2 : -1;
    }

    public override bool CanSeek => true;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };
        return _position;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        StoredContent content = _content ?? throw new ObjectDisposedException(nameof(ContentStream));
        int wanted = (int)Math.Min(count, Length - _position);
        if (wanted <= 0)
        {
            return 0;
        }

        long place = _start + _position;
        int index = 0;
        while (place >= content.Files[index].Length)
        {
            place -= content.Files[index].Length;
            index++;
        }

        if (index != _fileIndex)
        {
            _file?.Dispose();
            _file = content.Files[index].Open();
            _fileIndex = index;
        }

        if (_file!.Position != place)
        {
            _file.Position = place;
        }

        int read = _file.Read(buffer, offset, wanted);
        if (_flippedAt >= _position && _flippedAt < _position + read)
        {
            buffer[offset + (int)(_flippedAt - _position)] ^= 1;
        }

        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
            _file = null;
            _content?.Release();
            _content = null;
        }

        base.Dispose(disposing);
    }
}
