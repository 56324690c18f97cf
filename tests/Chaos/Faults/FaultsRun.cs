using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>
/// Runs batches of jobs, each with its own fault plan: pairs of faults, then all kinds at several rates.
/// </summary>
internal sealed class FaultsRun(int jobs, int seed, Action<string> say)
{
    /// <summary>The number of jobs of a batch.</summary>
    private const int Batch = 50;

    private static readonly double[] s_shares = [0.1, 0.2, 0.4];

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var wrong = new List<string>();
        var clock = Stopwatch.StartNew();
        for (int done = 0, number = 0; done < jobs; number++)
        {
            int count = Math.Min(Batch, jobs - done);
            int own = unchecked((seed * 1000) + number);
            double share = s_shares[number / 2 % s_shares.Length];
            (string name, string plan) = number % 2 == 0
                ? (FaultMix.Pair(own), FaultMix.Pair(own))
                : (FormattableString.Invariant($"seed={own};{share:P0} of all kinds"), FaultMix.All(own, share));
            using var run = new FaultyRun(new FaultyRunOptions
            {
                Name = name,
                Plan = plan,
                Wishes = FaultMix.Wishes(own, count),
                ThrottleLimit = 8,
            });
            IReadOnlyList<string> found = await run.FindWrongAsync().ConfigureAwait(false);
            wrong.AddRange(found);
            done += count;
            say($"{clock.Elapsed:hh\\:mm\\:ss}  {done} jobs; "
                + $"of the last {count} {run.Results.Count(IsGood)} succeeded, "
                + $"{found.Count} errors: {name}");
        }

        return wrong;
    }

    private static bool IsGood(JobReport result) => result.FailureType is null;
}
