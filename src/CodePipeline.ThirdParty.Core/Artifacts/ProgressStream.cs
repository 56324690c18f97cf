using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// A range of a stream that a request sends. Reports progress while it is read, and reverts the report if the request
/// fails.
/// </summary>
internal sealed class ProgressStream : Stream
{
    private readonly Stream _inner;
    private readonly long _start;
    private readonly long _length;
    private readonly TransferAttempt _attempt;
    private readonly ProgressAggregator _meter;
    private readonly object _gate = new();
    private long _at;
    private long _reported;
    private bool _isRolledBack;

    public ProgressStream(Stream inner, long start, long length, TransferAttempt attempt, ProgressAggregator meter)
    {
        _inner = inner;
        _start = start;
        _length = length;
        _attempt = attempt;
        _meter = meter;
        _inner.Position = start;
    }

    /// <summary>
    /// Called after the last byte is read and before it is sent. An exception aborts the request.
    /// </summary>
    public Action? AtEnd { get; init; }

    /// <summary>The exception of <see cref="AtEnd"/>, which the SDK may wrap in another one.</summary>
    public Exception? Refusal { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _at;
        set
        {
            _inner.Position = _start + value;
            _at = value;
        }
    }

    /// <summary>Reverts the reported progress of a failed request, and ignores later reads.</summary>
    public void Rollback()
    {
        lock (_gate)
        {
            _isRolledBack = true;
            _meter.Add(-_reported);
            _reported = 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReportProgress(_inner.Read(buffer, offset, (int)Math.Min(count, _length - _at)));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(count, _length - _at);
#if NET
        return ReportProgress(
            await _inner.ReadAsync(buffer.AsMemory(offset, wanted), cancellationToken).ConfigureAwait(false));
#else
        return ReportProgress(await _inner.ReadAsync(buffer, offset, wanted, cancellationToken).ConfigureAwait(false));
#endif
    }

#if NET
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = (int)Math.Min(buffer.Length, _length - _at);
        return ReportProgress(await _inner.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false));
    }
#endif

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _at + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int ReportProgress(int count)
    {
        _at += count;
        _attempt.RecordProgress();
        if (_at == _length && AtEnd is not null)
        {
            try
            {
                AtEnd();
            }
            catch (Exception error)
            {
                Refusal = error;
                throw;
            }
        }

        // The SDK may read the stream twice, first for a signature. Count each byte once.
        lock (_gate)
        {
            if (_at > _reported && !_isRolledBack)
            {
                _meter.Add(_at - _reported);
                _reported = _at;
            }
        }

        return count;
    }
}
