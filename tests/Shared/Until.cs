using System;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>Waits for what another thread is about to do; no time has to pass for it.</summary>
internal static class Until
{
    /// <summary>More than enough for anything that is going to happen at all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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
