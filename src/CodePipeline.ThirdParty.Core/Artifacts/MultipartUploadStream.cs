using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A part of a stream, in memory until it is sent.</summary>
internal sealed class PooledBuffer(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    public int Length { get; set; }

    public MemoryStream Open() => new(Bytes, 0, Length, writable: false);
}

/// <summary>So many buffers and no more, whatever the length of what goes through them.</summary>
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

    /// <summary>A buffer, as soon as one is free.</summary>
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

/// <summary>A stream to write to that hands on what was written part by part.</summary>
internal sealed class MultipartUploadStream : WriteOnlyStream
{
    private readonly BufferPool _buffers;
    private readonly Func<PooledBuffer, Task> _take;
    private readonly CancellationToken _stop;
    private PooledBuffer? _filling;

    public MultipartUploadStream(BufferPool buffers, Func<PooledBuffer, Task> take, CancellationToken stop)
    {
        _buffers = buffers;
        _take = take;
        _stop = stop;
    }

    /// <summary>Hands on the last part, which may be empty where nothing was written at all.</summary>
    public async Task FinishAsync()
    {
        if (_filling is not null || Length == 0)
        {
            PooledBuffer last = _filling ?? await _buffers.RentAsync(_stop).ConfigureAwait(false);
            _filling = null;
            await _take(last).ConfigureAwait(false);
        }
    }

    public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            _filling ??= await _buffers.RentAsync(_stop).ConfigureAwait(false);
            int length = Math.Min(count, _buffers.Size - _filling.Length);
            Buffer.BlockCopy(buffer, offset, _filling.Bytes, _filling.Length, length);
            _filling.Length += length;
            Advance(length);
            offset += length;
            count -= length;
            if (_filling.Length == _buffers.Size)
            {
                PooledBuffer full = _filling;
                _filling = null;
                await _take(full).ConfigureAwait(false);
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

    // The packer may write without await; no part of the way back needs this thread.
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
