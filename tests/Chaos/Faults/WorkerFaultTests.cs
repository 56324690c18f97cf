using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Emulation.S3;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Tests a worker with every fault of the emulator, one at a time.</summary>
public sealed class WorkerFaultTests
{
    // Enough for a normal response, even on a busy machine. A slow response takes much longer.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Operations => new(FaultTable.Calls.Concat(FaultTable.Transfers));

    [Fact]
    public void FaultTable_CoversAllOperations() => Assert.Equal(
        Emulation.Wire.Operations.All.Concat(S3Operations.All).Order(),
        FaultTable.Calls.Concat(FaultTable.Transfers).Concat(FaultTable.NotCalled).Order());

    [Theory]
    [MemberData(nameof(Operations))]
    public Task Fault_OnceOrPermanent_JobEndsAsDocumented(string operation) =>
        AssertAsync(FaultTable.Of(operation).Where(each => each.Kind != FaultKind.Slow), sideBySide: 3);

    /// <summary>Runs all cases concurrently, because they only wait.</summary>
    [Fact]
    public Task LateResponses_JobEndsAsDocumented() => AssertAsync(
        FaultTable.Calls.Concat(FaultTable.Transfers)
            .SelectMany(FaultTable.Of)
            .Where(each => each.Kind == FaultKind.Slow),
        sideBySide: 100);

    private static async Task AssertAsync(IEnumerable<FaultCase> cases, int sideBySide)
    {
        var wrong = new List<string>();
        int count = 0;
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = sideBySide };
        await Parallel.ForEachAsync(cases, atOnce, async (each, _) =>
        {
            IReadOnlyList<string> found = await WrongAsync(each);
            lock (wrong)
            {
                count++;
                wrong.AddRange(found);
            }
        });

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong.Order()));
        Assert.NotEqual(0, count);
    }

    private static async Task<IReadOnlyList<string>> WrongAsync(FaultCase each)
    {
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Name = each.ToString(),
            Plan = each.Plan,
            Wishes = [each.Wish],
            Timeout = each.Kind == FaultKind.Slow ? s_timeout : null,
        });
        string? fatal = null;
        try
        {
            await run.RunAsync();
        }
        catch (Exception error)
        {
            fatal = error.GetType().Name;
        }

        EmulatedJob job = run.Job;
        var wrong = new List<string>();
        if (each.End.Status is null)
        {
            // No worker has claimed the job, so another worker can.
            if (fatal != each.End.Reason || job.HandOutCount != 0)
            {
                wrong.Add($"{each}: the worker ended with {fatal}, and the job is {job.Status}");
            }

            return wrong;
        }

        if (fatal is not null)
        {
            wrong.Add($"{each}: the worker ended with {fatal}");
        }

        IReadOnlyList<RecordedRequest> requests = run.Emulator.GetRequests();
        if (!requests.Any(request => request.Fault == each.Kind && request.Operation == each.Operation))
        {
            wrong.Add($"{each}: no request was hit");
        }

        wrong.AddRange(requests.Select(request => request.Operation).Where(FaultTable.NotCalled.Contains).Distinct()
            .Select(operation => $"{each}: {operation} was called"));
        if (job.Status != each.End.Status || job.FailureType != each.End.FailureType?.ToString()
            || (each.End.Reason is string reason
                && job.FailureMessage?.Contains(reason, StringComparison.Ordinal) != true))
        {
            wrong.Add($"{each}: expected {each.End}; the job is {job.Status} {job.FailureType} {job.FailureMessage}");
        }

        wrong.AddRange(await run.WrongAsync());
        return wrong;
    }
}
