using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>Runs long fuzzing sessions from the command line: by default a million cases of each target.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Argument<string[]> targets = new("target")
        {
            Description = $"The targets to run; all by default: {string.Join(", ", FuzzTargets.Names)}",
            DefaultValueFactory = _ => [],
        };
        Option<long?> cases = new("--cases")
        {
            Description = "The number of cases of each target; "
                + "by default 1,000,000, and fewer for targets with files and sockets",
        };
        Option<int?> seed =
            new("--seed") { Description = "The random seed; by default a random one, which is printed" };
        Option<double?> minutes = new("--minutes") { Description = "The time limit of each target, in minutes" };
        Option<FileInfo?> input =
            new("--input") { Description = "Run only the input in this file" };
        Option<DirectoryInfo> output = new("--output")
        {
            Description = "The folder for the inputs of findings",
            DefaultValueFactory = _ => new DirectoryInfo("fuzz-findings"),
        };
        Option<bool> list = new("--outcomes") { Description = "List all outcomes and their counts" };
        RootCommand root =
            new("Fuzzes all code that reads untrusted input.") { targets, cases, seed, minutes, input, output, list };
        root.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(targets)! is { Length: > 0 } named ? named : [.. FuzzTargets.Names];
            bool isWell = true;
            foreach (string name in names)
            {
                using FuzzTarget? target = FuzzTargets.Find(name);
                if (target is null)
                {
                    Console.Error.WriteLine(
                        $"The target '{name}' does not exist. Use one of {string.Join(", ", FuzzTargets.Names)}.");
                    return 2;
                }

                isWell &= parsed.GetValue(input) is FileInfo file
                    ? RunInput(target, file)
                    : RunCases(
                        target, parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                        parsed.GetValue(cases) ?? target.Cases, parsed.GetValue(minutes), parsed.GetValue(output)!,
                        parsed.GetValue(list));
            }

            return isWell ? 0 : 1;
        });
        return root.Parse(arguments).Invoke();
    }

    private static bool RunInput(FuzzTarget target, FileInfo file)
    {
        Exception? error = new FuzzRun(target, 0, 0).Try(File.ReadAllBytes(file.FullName), out string outcome);
        Console.WriteLine(error?.ToString() ?? outcome);
        return error is null;
    }

    private static bool RunCases(
        FuzzTarget target, int seed, long cases, double? minutes, DirectoryInfo output, bool list)
    {
        DateTime told = DateTime.UtcNow;
        Console.WriteLine($"{target.Name}: {cases:N0} cases, seed {seed}");
        FuzzRun run = new(target, seed, cases)
        {
            Limit = minutes is double limit ? TimeSpan.FromMinutes(limit) : null,
            Progress = done =>
            {
                if (DateTime.UtcNow - told > TimeSpan.FromSeconds(15))
                {
                    told = DateTime.UtcNow;
                    Console.WriteLine(
                        string.Format(CultureInfo.InvariantCulture, "{0}: {1:N0} of {2:N0}", target.Name, done, cases));
                }
            },
        };
        FuzzSummary summary = run.Run();
        foreach (Finding finding in summary.Findings)
        {
            output.Create();
            string path = Path.Combine(
                output.FullName, $"{target.Name}-{Convert.ToHexString(SHA256.HashData(finding.Input))[..8]}.bin");
            File.WriteAllBytes(path, finding.Input);
            Console.WriteLine(
                $"FOUND in case {finding.Case} of seed {seed}: {finding.Signature}\n{finding.Error}\n"
                    + $"{finding.Input.Length} bytes in {path}");
        }

        foreach (KeyValuePair<string, int> outcome in run.Outcomes
            .OrderByDescending(each => each.Value)
            .Where(_ => list))
        {
            Console.WriteLine($"{outcome.Value,9} {outcome.Key}");
        }

        Console.WriteLine(summary);
        return summary.Findings.Count == 0;
    }
}
