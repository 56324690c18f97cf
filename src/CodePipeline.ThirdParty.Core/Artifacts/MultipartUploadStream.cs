using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A pooled buffer that holds a part until it is uploaded.</summary>
internal sealed class PooledBuffer(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    public int Length { get; set; }

    public MemoryStream Open() => new(Bytes, 0, Length, writable: false);
}

/// <summary>A fixed number of buffers, independent of the length of the stream.</summary>
internal sealed class BufferPool : IDisposable
{
    private readonly int _size;
    private readonly SemaphoreSlim _free;
    private readonly Stack<byte[]> _returned = new();
    private bool _disposed;

    public BufferPool(int size, int count)
    {
        _size = size;
        _free = new SemaphoreSlim(count, count);
    }

    public int Size => _size;

    /// <summary>Waits for a free buffer.</summary>
    public async Task<PooledBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_returned)
        {
            return new PooledBuffer(_returned.Count > 0 ? _returned.Pop() : ArrayPool<byte>.Shared.Rent(_size));
        }
    }

    public void Return(PooledBuffer part)
    {
        lock (_returned)
        {
            if (_disposed)
            {
                return;
            }

            _returned.Push(part.Bytes);
        }

        _free.Release();
    }

    public void Dispose()
    {
        lock (_returned)
        {
            _disposed = true;
            while (_returned.Count > 0)
            {
                ArrayPool<byte>.Shared.Return(_returned.Pop());
            }
        }

        _free.Dispose();
    }
}

/// <summary>Splits the written data into parts of the buffers' size and passes them to a callback.</summary>
internal sealed class MultipartUploadStream : WriteOnlyStream
{
    private readonly BufferPool _buffers;
    private readonly Func<PooledBuffer, Task> _onPart;
    private readonly CancellationToken _stop;
    private PooledBuffer? _current;

    public MultipartUploadStream(BufferPool buffers, Func<PooledBuffer, Task> onPart, CancellationToken stop)
    {
        _buffers = buffers;
        _onPart = onPart;
        _stop = stop;
    }

    /// <summary>Passes on the last part. If nothing was written, it is empty.</summary>
    public async Task FinishAsync()
    {
        if (_current is not null || Length == 0)
        {
            PooledBuffer last = _current ?? await _buffers.RentAsync(_stop).ConfigureAwait(false);
            _current = null;
            await _onPart(last).ConfigureAwait(false);
        }
    }

    public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            _current ??= await _buffers.RentAsync(_stop).ConfigureAwait(false);
            int length = Math.Min(count, _buffers.Size - _current.Length);
            Buffer.BlockCopy(buffer, offset, _current.Bytes, _current.Length, length);
            _current.Length += length;
            Advance(length);
            offset += length;
            count -= length;
            if (_current.Length == _buffers.Size)
            {
                PooledBuffer full = _current;
                _current = null;
                await _onPart(full).ConfigureAwait(false);
            }
        }
    }

#if NET
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> array))
        {
            await WriteAsync(array.Array!, array.Offset, array.Count, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await WriteAsync(buffer.ToArray(), 0, buffer.Length, cancellationToken).ConfigureAwait(false);
        }
    }
#endif

    // The packer writes synchronously. Blocking is safe, because no continuation needs this thread.
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
