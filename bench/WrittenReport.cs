using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Writes the figures to a page of the documentation, with a chart.</summary>
internal static class WrittenReport
{
    private const int RowHeight = 26;
    private const int LabelWidth = 330;
    private const int BarWidth = 420;
    private const double MostShare = 2;

    /// <summary>A description of this machine in one line.</summary>
    public static string Machine { get; } = FormattableString.Invariant(
        $"{RuntimeInformation.OSDescription.Split('#')[0].Trim()}, {Environment.ProcessorCount} cores ")
        + FormattableString.Invariant($"({Processor()}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0} GB, ")
        + RuntimeInformation.FrameworkDescription;

    /// <summary>
    /// Whether the report in a folder is from this machine, the same program versions and today, so that parts of it
    /// can be updated.
    /// </summary>
    public static bool CanRenew(string folder) =>
        File.Exists(PageIn(folder)) && File.ReadAllText(PageIn(folder)).StartsWith(Head(), StringComparison.Ordinal);

    /// <summary>
    /// Writes <c>benchmarks.md</c> and <c>benchmarks.svg</c>. If <see cref="CanRenew"/>, keeps the sections of the
    /// existing report that were not measured now.
    /// </summary>
    public static void Write(Report report, string folder)
    {
        IEnumerable<Section> kept = CanRenew(folder)
            ? WrittenSections.Read(File.ReadAllText(PageIn(folder)))
                .Where(section => report.Sections.All(measured => measured.Title != section.Title))
            : [];
        Section[] sections =
            [.. report.Sections.Concat(kept).OrderBy(section => section.Title, StringComparer.Ordinal)];
        File.WriteAllText(
            Path.Combine(folder, "benchmarks.svg"), Chart([.. sections.SelectMany(section => section.Goals)]));
        File.WriteAllText(PageIn(folder), Page(sections));
    }

    private static string PageIn(string folder) => Path.Combine(folder, "benchmarks.md");

    private static string Head() => FormattableString.Invariant(
        $"# Benchmarks\n\nMeasured on {DateTime.UtcNow:yyyy-MM-dd}: {Machine}.\n{string.Join(", ", Programs())}.\n\n");

    private static string Page(IEnumerable<Section> sections)
    {
        var text = new StringBuilder(Head());
        text.Append("To measure again and write this page, run `dotnet run -c Release --project bench -- --write`.\n\n")
            .Append("All programs use the emulator of this project on the same machine. Programs that are compared ")
            .Append("run alternately in the\nsame benchmark. Figures are medians with quartiles. ")
            .Append("Ratios apply to other machines better than times.\n\n");
        text.Append("![Each figure relative to its goal: 1 is the goal, less is better](benchmarks.svg)\n");
        foreach (Section section in sections)
        {
            text.Append("\n## ").Append(section.Title).Append("\n\n");
            if (section.Rows.Count > 0)
            {
                text.Append("| Measurement | Figure |\n| --- | --- |\n");
                foreach ((string what, string figure) in section.Rows)
                {
                    text.Append("| ").Append(what).Append(" | ").Append(figure).Append(" |\n");
                }

                text.Append('\n');
            }

            if (section.Goals.Count > 0)
            {
                text.Append("| Ratio or limit | Figure | Goal | Result |\n| --- | ---: | --- | --- |\n");
                foreach (Goal goal in section.Goals)
                {
                    string end = goal.IsReached ? "reached" : "**missed**";
                    text.Append(FormattableString.Invariant(
                        $"| {goal.What} | {goal.Figure:0.###}{goal.Unit} | {goal.Wanted} | {end} |\n"));
                }
            }

            foreach (Goal goal in section.Goals.Where(goal => !goal.IsReached))
            {
                text.Append("\n*").Append(goal.What).Append("*: ")
                    .Append(goal.Limit ?? "The cause is unknown.").Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Draws a bar for each goal: the figure relative to the goal.</summary>
    private static string Chart(IReadOnlyList<Goal> goals)
    {
        int height = (goals.Count * RowHeight) + 50;
        int goalAt = LabelWidth + (int)(BarWidth / MostShare);
        var svg = new StringBuilder();
        svg.Append(FormattableString.Invariant(
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{LabelWidth + BarWidth + 90}" height="{height}" """))
            .Append("""font-family="sans-serif" font-size="13" role="img" """)
            .Append("""aria-label="Figures relative to their goals">""")
            .Append('\n')
            .Append("""<rect width="100%" height="100%" fill="#ffffff"/>""").Append('\n');
        for (int i = 0; i < goals.Count; i++)
        {
            Goal goal = goals[i];
            int top = 30 + (i * RowHeight);
            int width = Math.Max(1, (int)(Math.Min(goal.Share, MostShare) / MostShare * BarWidth));
            string what = WebUtility.HtmlEncode(goal.What);
            string colour = goal.IsReached ? "#2f7d4f" : "#b3412f";
            svg.Append(FormattableString.Invariant(
                $"""<text x="{LabelWidth - 8}" y="{top + 15}" text-anchor="end">{what}</text>"""))
                .Append(FormattableString.Invariant(
                    $"""<rect x="{LabelWidth}" y="{top + 3}" width="{width}" height="16" fill="{colour}"/>"""))
                .Append(FormattableString.Invariant(
                    $"""<text x="{LabelWidth + width + 6}" y="{top + 15}">{goal.Figure:0.##}{goal.Unit}</text>"""))
                .Append('\n');
        }

        svg.Append(FormattableString.Invariant($"""<line x1="{goalAt}" y1="22" x2="{goalAt}" y2="{height - 14}" """))
            .Append("""stroke="#222222" stroke-dasharray="4 3"/>""")
            .Append(FormattableString.Invariant($"""<text x="{goalAt}" y="16" text-anchor="middle">"""))
            .Append("goal (shorter is better)</text>")
            .Append("\n</svg>\n");
        return svg.ToString();
    }

    private static IEnumerable<string> Programs()
    {
        (string Program, string[] Arguments)[] asked =
        [
            ("aws", ["--version"]),
            ("python3", ["-c", "import boto3; print('boto3', boto3.__version__)"]),
            ("unzip", ["-v"]),
        ];
        yield return $"PowerShell {Peer.Engine.Version}{(Peer.Engine.IsPinned ? " (the .NET tool)" : string.Empty)}";
        foreach ((string program, string[] arguments) in asked)
        {
            if (Peer.Has(program) && FirstLine(program, arguments) is { Length: > 0 } line)
            {
                yield return line.Split(" Python")[0].Split(", by")[0].Split(" of ")[0].Trim();
            }
        }
    }

    private static string? FirstLine(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Split('\n')[0].Trim() : null;
    }

    private static string Processor()
    {
        const string Key = "model name";
        const string List = "/proc/cpuinfo";
        string? line = File.Exists(List)
            ? File.ReadLines(List).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line?.Split(':')[^1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
