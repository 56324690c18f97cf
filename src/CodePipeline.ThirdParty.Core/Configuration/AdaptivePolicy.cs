using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The SDK's adaptive retries, with a wait for the sending rate that ends.</summary>
/// <remarks>
/// The SDK refills its bucket once before it waits, not while it waits: after the first throttling a lone caller waits
/// for half a minute, in vain.
/// </remarks>
internal sealed class AdaptivePolicy(IClientConfig config) : AdaptiveRetryPolicy(config)
{
    // The slowest rate is one call in two seconds.
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    public override async Task ObtainSendTokenAsync(IExecutionContext executionContext, Exception exception)
    {
        CancellationToken stop = executionContext.RequestContext.CancellationToken;
        while (!await TokenBucket.TryAcquireTokenAsync(1, failFast: true, stop).ConfigureAwait(false))
        {
            await Task.Delay(s_step, stop).ConfigureAwait(false);
        }
    }
}
