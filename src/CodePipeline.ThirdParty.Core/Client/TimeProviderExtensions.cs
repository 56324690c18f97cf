using System;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Waits by an injected clock, on both frameworks.</summary>
internal static class TimeProviderExtensions
{
    public static Task DelayAsync(this TimeProvider clock, TimeSpan delay, CancellationToken cancellationToken) =>
#if NET
        Task.Delay(delay, clock, cancellationToken);
#else
        clock.Delay(delay, cancellationToken);
#endif
}
