using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Generates fault plans and jobs from a seed.</summary>
internal static class FaultMix
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(20);

    /// <summary>All fault kinds on all operations, with equal probability.</summary>
    /// <param name="seed">The seed of the fault plan.</param>
    /// <param name="share">The share of requests that are hit, 0 to 1.</param>
    public static string All(int seed, double share)
    {
        FaultKind[] kinds = Enum.GetValues<FaultKind>();
        double each = share / kinds.Length;
        return new FaultPlan(
            seed,
            kinds.SelectMany(kind => kind == FaultKind.AccessDenied
                ? Denied(each)
                : [new FaultRule(kind, each, delay: kind == FaultKind.Slow ? s_delay : null)]).ToArray()).ToString();
    }

    /// <summary>Two faults, each on one operation, so frequent that they coincide.</summary>
    public static string Pair(int seed)
    {
        var random = new Random(seed);
        FaultCase[] all = FaultTable.Calls.Concat(FaultTable.Transfers)
            .SelectMany(FaultTable.Of)
            .Where(each => !each.Stays)
            .ToArray();
        return new FaultPlan(
            seed,
            Enumerable.Range(0, 2).Select(_ => all[random.Next(all.Length)]).Select(each => new FaultRule(
                each.Kind,
                0.5,
                each.Operation,
                skip: each.Operation == Operations.Poll ? 1 : 0,
                delay: each.Kind == FaultKind.Slow ? s_delay : null)).ToArray()).ToString();
    }

    /// <summary>
    /// The intended outcomes of jobs: one in ten fails, one in ten continues in a second job, and a few have multipart
    /// outputs.
    /// </summary>
    public static IReadOnlyList<string> Wishes(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => random.Next(20) switch
        {
            0 or 1 => FaultyHandler.Fail,
            2 or 3 => FaultyHandler.Continue,
            4 => FaultyHandler.SucceedLarge,
            _ => FaultyHandler.Succeed,
        }).ToArray();
    }

    // Spare the first poll: a worker must exit if AWS denies it.
    private static IEnumerable<FaultRule> Denied(double probability) => FaultTable.Calls.Concat(FaultTable.Transfers)
        .Select(operation => new FaultRule(
            FaultKind.AccessDenied, probability, operation, skip: operation == Operations.Poll ? 1 : 0));
}
