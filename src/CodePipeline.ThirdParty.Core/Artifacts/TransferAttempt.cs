using System;
using System.Threading;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>One attempt of a request. It is cancelled by its caller, or when the transfer stalls.</summary>
/// <remarks>
/// The SDK's timeout applies to the whole request, which a large part on a slow connection may legitimately exceed.
/// </remarks>
internal sealed class TransferAttempt : IDisposable
{
    // An attempt that received this many bytes resets the count of retries.
    private const long MinimumProgress = 64 * 1024;

    private readonly CancellationTokenSource _stop;
    private readonly TimeSpan _stallTimeout;
    private readonly ITimer _timer;
    private long _received;
    private volatile bool _stalled;

    public TransferAttempt(TimeSpan stallTimeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        _stallTimeout = stallTimeout;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = clock.CreateTimer(_ => Stall(), null, stallTimeout, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Whether the attempt was cancelled because the transfer stalled.</summary>
    public bool IsStalled => _stalled;

    /// <summary>Whether the attempt received enough bytes to reset the count of retries.</summary>
    public bool WasWorthwhile => Volatile.Read(ref _received) >= MinimumProgress;

    /// <summary>Records bytes of a response.</summary>
    public void Received(int bytes)
    {
        Interlocked.Add(ref _received, bytes);
        RecordProgress();
    }

    /// <summary>Restarts the stall timer.</summary>
    public void RecordProgress() => _timer.Change(_stallTimeout, Timeout.InfiniteTimeSpan);

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
            // The attempt ended at the same moment.
        }
    }
}
