using System;
using System.IO;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>A base class for streams that are written sequentially and cannot be read.</summary>
internal abstract class WriteOnlyStream : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>The number of bytes written so far.</summary>
    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Adds to the number of bytes written.</summary>
    protected void Advance(int count) => _written += count;
}
