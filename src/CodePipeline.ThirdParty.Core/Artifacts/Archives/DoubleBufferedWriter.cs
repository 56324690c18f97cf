using System;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Writes one buffer while the caller fills the next, so that decompression and writing overlap.</summary>
internal sealed class DoubleBufferedWriter : IDisposable
{
    /// <summary>The file size, in bytes, from which double buffering pays off.</summary>
    public const long WorthIt = 4L << 20;

    private const int BufferSize = 512 * 1024;
    private readonly Action<byte[], int> _write;
    private byte[] _spare = new byte[BufferSize];
    private Task _writing = Task.CompletedTask;

    public DoubleBufferedWriter(Action<byte[], int> write) => _write = write;

    /// <summary>The buffer to fill. Changes with each <see cref="Push"/>.</summary>
    public byte[] Buffer { get; private set; } = new byte[BufferSize];

    /// <summary>Starts writing the buffer. Rethrows the error of the previous write.</summary>
    public void Push(int count)
    {
        _writing.GetAwaiter().GetResult();
        byte[] full = Buffer;
        (Buffer, _spare) = (_spare, Buffer);
        _writing = Task.Run(() => _write(full, count));
    }

    /// <summary>Waits for the last write and rethrows its error.</summary>
    public void Finish() => _writing.GetAwaiter().GetResult();

    /// <summary>Waits for the last write, because the caller closes the file next. Ignores its error.</summary>
    public void Dispose() => ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
}
