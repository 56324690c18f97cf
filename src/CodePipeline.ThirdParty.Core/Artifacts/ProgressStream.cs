using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// A piece of a stream as a request sends it: it tells the attempt and the meter of what goes, and takes it back where
/// the request begins anew.
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
    private long _told;
    private bool _isTakenBack;

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
    /// Called when the last of it has been read, before that is sent. Where it throws, the request breaks off.
    /// </summary>
    public Action? AtEnd { get; init; }

    /// <summary>What <see cref="AtEnd"/> has thrown; the sender may hide it in an error of its own.</summary>
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

    /// <summary>The request failed: nothing of it counts, nor what the client still reads of it on another thread.</summary>
    public void Rollback()
    {
        lock (_gate)
        {
            _isTakenBack = true;
            _meter.Add(-_told);
            _told = 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReportProgress(_inner.Read(buffer, offset, (int)Math.Min(count, _length - _at)));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(count, _length - _at);
#if NET
        return ReportProgress(await _inner.ReadAsync(buffer.AsMemory(offset, wanted), cancellationToken).ConfigureAwait(false));
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

        // A signature may take a first reading; only what is new counts.
        lock (_gate)
        {
            if (_at > _told && !_isTakenBack)
            {
                _meter.Add(_at - _told);
                _told = _at;
            }
        }

        return count;
    }
}
