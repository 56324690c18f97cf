using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>One attempt at a request: cancelled when its caller is, or when no byte has moved for too long.</summary>
/// <remarks>The SDK's own limit counts a whole request, which a large part on a slow line may well outlast.</remarks>
internal sealed class TransferAttempt : IDisposable
{
    // What an attempt has to move to count as a new beginning for the retries.
    private const long Worthwhile = 64 * 1024;

    private readonly CancellationTokenSource _stop;
    private readonly TimeSpan _patience;
    private readonly ITimer _timer;
    private long _moved;
    private volatile bool _stalled;

    public TransferAttempt(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        _patience = patience;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = clock.CreateTimer(_ => Stall(), null, patience, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Whether it was ended since nothing moved.</summary>
    public bool IsStalled => _stalled;

    /// <summary>Whether enough came for the next attempt to be a first one again.</summary>
    public bool WasWorthwhile => Volatile.Read(ref _moved) >= Worthwhile;

    /// <summary>Bytes of an answer have come.</summary>
    public void Received(int bytes)
    {
        Interlocked.Add(ref _moved, bytes);
        RecordProgress();
    }

    /// <summary>Something moves.</summary>
    public void RecordProgress() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }

    private void Stall()
    {
        _stalled = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in that moment.
        }
    }
}
