using System;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Writes one buffer while the next is filled, so that a large file keeps two processors busy.</summary>
internal sealed class DoubleBufferedWriter : IDisposable
{
    /// <summary>The size from which on a file is worth it, in bytes.</summary>
    public const long WorthIt = 4L << 20;

    private const int BufferSize = 512 * 1024;
    private readonly Action<byte[], int> _write;
    private byte[] _spare = new byte[BufferSize];
    private Task _writing = Task.CompletedTask;

    public DoubleBufferedWriter(Action<byte[], int> write) => _write = write;

    /// <summary>The buffer to fill; another one after each <see cref="Push"/>.</summary>
    public byte[] Buffer { get; private set; } = new byte[BufferSize];

    /// <summary>Has the buffer written. An error of the write before comes here.</summary>
    public void Push(int count)
    {
        _writing.GetAwaiter().GetResult();
        byte[] full = Buffer;
        (Buffer, _spare) = (_spare, Buffer);
        _writing = Task.Run(() => _write(full, count));
    }

    /// <summary>Waits for the last write.</summary>
    public void Finish() => _writing.GetAwaiter().GetResult();

    /// <summary>Waits too, since the file is closed next; what the write says matters no more.</summary>
    public void Dispose() => ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
}
