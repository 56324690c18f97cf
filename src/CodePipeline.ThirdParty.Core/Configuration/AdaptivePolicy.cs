using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The SDK's adaptive retries, with a shorter wait for the send rate.</summary>
/// <remarks>
/// The SDK refills its token bucket before the wait, but not during it. After the first throttling, a single caller
/// would wait half a minute for nothing.
/// </remarks>
internal sealed class AdaptivePolicy(IClientConfig config) : AdaptiveRetryPolicy(config)
{
    // Short against the slowest send rate, one call in two seconds.
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
