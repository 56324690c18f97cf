using System;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>Short chaos runs.</summary>
public sealed class ChaosTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Workers_KilledWithFaults_EndEachJobOnce(int seed)
    {
        using var folder = new TempFolder();
        ChaosResult result = await new ChaosRun(
            new ChaosOptions
            {
                Jobs = 120,
                Workers = 2,
                Seed = seed,
                KillEvery = TimeSpan.FromSeconds(1.5),
                GiveUpAfter = TimeSpan.FromMinutes(10),
            },
            _ => { }).RunAsync(folder.PathOf(string.Empty));

        Assert.Empty(result.Wrong);
        Assert.NotEqual(0, result.Kills);
    }
}
