using System;
using System.IO;
using System.IO.Compression;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The content of a gzip file, every member of it, checked to the last byte.</summary>
/// <remarks>
/// The framework's GZipStream takes a file that was cut off for one that ended, in some versions, and knows but one
/// member in others. So the frame is read here, and only the packed bytes by DeflateStream. That reads ahead and does not
/// tell where the packed bytes ended; the checksum and length that must follow them are known by then, and looked for
/// in the last piece that it took.
/// </remarks>
internal sealed class GzipStreamReader : Stream
{
    private const int TrailerSize = 8;
    private readonly string _archive;
    private readonly FileWindow _file;
    private DeflateStream? _member;
    private uint _crc;
    private long _memberSize;
    private bool _isOver;

    public GzipStreamReader(string archive, FileWindow file)
    {
        _archive = archive;
        _file = file;
        _file.Open(0, file.FileLength);
        OpenMember();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (!_isOver && count > 0)
        {
            int read = ReadMember(buffer, offset, count);
            if (read > 0)
            {
                _crc = Crc32.Append(_crc, buffer, offset, read);
                _memberSize += read;
                return read;
            }

            _member!.Dispose();
            _member = null;
            _file.Open(FindTrailer() + TrailerSize, _file.FileLength);
            if (IsAtEnd())
            {
                _isOver = true;
            }
            else
            {
                OpenMember();
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadMember(byte[] buffer, int offset, int count)
    {
        try
        {
            return _member!.Read(buffer, offset, count);
        }
        catch (InvalidDataException error)
        {
            throw ArchiveErrors.Damaged(_archive, "its gzip data are cut off or altered", cause: error);
        }
    }

    private long FindTrailer()
    {
        long start = _file.LastPiece;
        byte[] tail = new byte[_file.Position - start + TrailerSize];
        _file.Open(start, tail.Length);
        int length = Streams.ReadUpTo(_file, tail, 0, tail.Length);
        for (int index = 0; index + TrailerSize <= length; index++)
        {
            if (LittleEndian.UInt32(tail, index) == _crc && LittleEndian.UInt32(tail, index + 4) == (uint)_memberSize)
            {
                return start + index;
            }
        }

        throw ArchiveErrors.Damaged(
            _archive, "its gzip data are cut off, or do not match their checksum (CRC-32) and length");
    }

    // Tapes are filled up with zeros.
    private bool IsAtEnd()
    {
        byte[] padding = new byte[4096];
        long position = _file.Position;
        bool isFirst = true;
        while (true)
        {
            int read = _file.Read(padding, 0, padding.Length);
            if (read == 0)
            {
                return true;
            }

            for (int index = 0; index < read; index++)
            {
                if (padding[index] == 0)
                {
                    continue;
                }

                if (isFirst && index == 0)
                {
                    _file.Open(position, _file.FileLength);
                    return false;
                }

                throw ArchiveErrors.Damaged(_archive, "something was added behind its gzip data");
            }

            isFirst = false;
        }
    }

    private void OpenMember()
    {
        const int HasCrc = 2, HasExtra = 4, HasName = 8, HasComment = 16, Reserved = 0xE0;
        byte[] header = new byte[10];
        if (Streams.ReadUpTo(_file, header, 0, header.Length) < header.Length
            || header[0] != 0x1F || header[1] != 0x8B || header[2] != 8 || (header[3] & Reserved) != 0)
        {
            throw ArchiveErrors.Damaged(_archive, "something that is no gzip stands where gzip data should begin");
        }

        int flags = header[3];
        if ((flags & HasExtra) != 0)
        {
            int length = Next() | Next() << 8;
            _file.Position += length;
        }

        if ((flags & HasName) != 0)
        {
            SkipText();
        }

        if ((flags & HasComment) != 0)
        {
            SkipText();
        }

        if ((flags & HasCrc) != 0)
        {
            _file.Position += 2;
        }

        _crc = 0;
        _memberSize = 0;
        _member = new DeflateStream(_file, CompressionMode.Decompress, leaveOpen: true);
    }

    private void SkipText()
    {
        while (Next() != 0)
        {
        }
    }

    private int Next()
    {
        int next = _file.ReadByte();
        return next >= 0 ? next : throw ArchiveErrors.Damaged(_archive, "its gzip header is cut off");
    }
}
