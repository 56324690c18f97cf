using System;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Waits for conditions that another thread will fulfil soon.</summary>
internal static class Until
{
    /// <summary>
    /// Enough for an operation that takes a second, even on a busy machine. A missed stop takes a minute or more.
    /// </summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>The limit for conditions that must become true eventually.</summary>
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
