using System;
using System.IO;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// A buffered, cancelable output stream for a zip. Counts the written bytes and cannot seek.
/// </summary>
internal sealed class PackOutput(Stream output, CancellationToken stop) : WriteOnlyStream
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _buffered;

    public override void Write(byte[] buffer, int offset, int count)
    {
        Advance(count);
        if (count > _buffer.Length - _buffered)
        {
            WriteBuffered();
        }

        if (count >= _buffer.Length)
        {
            stop.ThrowIfCancellationRequested();
            output.Write(buffer, offset, count);
            return;
        }

        Buffer.BlockCopy(buffer, offset, _buffer, _buffered, count);
        _buffered += count;
    }

    public override void Flush()
    {
        WriteBuffered();
        output.Flush();
    }

    private void WriteBuffered()
    {
        if (_buffered > 0)
        {
            stop.ThrowIfCancellationRequested();
            output.Write(_buffer, 0, _buffered);
            _buffered = 0;
        }
    }
}
