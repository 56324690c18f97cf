using System;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Waits for what another thread is about to do; no time has to pass for it.</summary>
internal static class Until
{
    /// <summary>
    /// A second, and what a busy machine adds; a stop that is not heard would take a minute, or for ever.
    /// </summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>More than enough for anything that is going to happen at all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task TrueAsync(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The condition did not come true.");
            await Task.Yield();
        }
    }
}
