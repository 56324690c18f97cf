using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>Runs up to a thousand cases of each target, and every input that once caused a failure.</summary>
public sealed class FuzzTests
{
    // A fixed seed, so that a new finding is caused by a change of the code.
    private const int Seed = 20260131;

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    public static TheoryData<string> Kept => [.. KeptFiles()];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Run_GeneratedInputs_FindsNothing(string name)
    {
        using FuzzTarget target = FuzzTargets.Find(name)!;

        FuzzSummary summary = new FuzzRun(target, Seed, target.TestCases).Run();

        Assert.True(summary.Findings.Count == 0, string.Join("\n", summary.Findings.Select(Describe)));
        Assert.Equal(target.TestCases, summary.Cases);
        Assert.True(
            summary.Outcomes > 3,
            $"The inputs lead to only {summary.Outcomes} outcomes, so they do not reach the code.");
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void Run_CorpusInput_Succeeds(string file)
    {
        using FuzzTarget target = FuzzTargets.Find(Path.GetDirectoryName(file)!)!;

        Exception? error = new FuzzRun(target, Seed, 0).Try(File.ReadAllBytes(Path.Combine(Folder, file)), out _);

        Assert.True(error is null, error?.ToString());
    }

    [Fact]
    public void Run_SameSeed_GivesSameOutcomes()
    {
        Assert.Equal(OutcomesOf("operations"), OutcomesOf("operations"));
        Assert.Equal(OutcomesOf("zip"), OutcomesOf("zip"));
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "corpus");

    private static IEnumerable<string> KeptFiles() =>
        Directory.EnumerateFiles(Folder, "*.bin", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file))
            .Order(StringComparer.Ordinal);

    private static (string, int)[] OutcomesOf(string name)
    {
        using FuzzTarget target = FuzzTargets.Find(name)!;
        FuzzRun run = new(target, Seed, 200);
        run.Run();
        return [.. run.Outcomes.Select(each => (each.Key, each.Value)).Order()];
    }

    private static string Describe(Finding finding) =>
        $"{finding.Signature}\n{finding.Error}\nInput: {Convert.ToBase64String(finding.Input)}";
}
