using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A part of a stream, in memory until it is sent.</summary>
internal sealed class PartBuffer(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    public int Length { get; set; }

    public MemoryStream Open() => new(Bytes, 0, Length, writable: false);
}

/// <summary>So many buffers and no more, whatever the length of what goes through them.</summary>
internal sealed class PartBuffers : IDisposable
{
    private readonly int _size;
    private readonly SemaphoreSlim _free;
    private readonly Stack<byte[]> _returned = new();
    private bool _disposed;

    public PartBuffers(int size, int count)
    {
        _size = size;
        _free = new SemaphoreSlim(count, count);
    }

    public int Size => _size;

    /// <summary>A buffer, as soon as one is free.</summary>
    public async Task<PartBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_returned)
        {
            return new PartBuffer(_returned.Count > 0 ? _returned.Pop() : ArrayPool<byte>.Shared.Rent(_size));
        }
    }

    public void Return(PartBuffer part)
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
internal sealed class PartSink : WriteOnlyStream
{
    private readonly PartBuffers _buffers;
    private readonly Func<PartBuffer, Task> _take;
    private readonly CancellationToken _stop;
    private PartBuffer? _filling;

    public PartSink(PartBuffers buffers, Func<PartBuffer, Task> take, CancellationToken stop)
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
            PartBuffer last = _filling ?? await _buffers.RentAsync(_stop).ConfigureAwait(false);
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
                PartBuffer full = _filling;
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
