using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Reads the sections of a page from <see cref="WrittenReport"/>.</summary>
internal static partial class WrittenSections
{
    private const string MoreIsBetter = "at least";

    public static IEnumerable<Section> Read(string page) => page.Split("\n## ").Skip(1).Select(ReadOne);

    private static Section ReadOne(string text)
    {
        string[] lines = text.Split('\n');
        var section = new Section(lines[0]);
        foreach (string line in lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)))
        {
            string[] cells = line.Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray();
            if (cells[0] is "Measurement" or "---" or "Ratio or limit")
            {
                continue;
            }

            if (cells.Length == 2)
            {
                section.Rows.Add((cells[0], cells[1]));
            }
            else
            {
                string about = $"*{cells[0]}*: ";
                string? limit = lines.FirstOrDefault(each => each.StartsWith(about, StringComparison.Ordinal));
                (double figure, string unit) = Number(cells[1]);
                section.Goals.Add(new Goal(
                    cells[0], figure, Number(cells[2]).Figure,
                    cells[2].StartsWith(MoreIsBetter, StringComparison.Ordinal), unit, limit?[about.Length..]));
            }
        }

        return section;
    }

    private static (double Figure, string Unit) Number(string text)
    {
        Match number = FigurePattern().Match(text);
        return (double.Parse(number.Value, CultureInfo.InvariantCulture), text[(number.Index + number.Length)..]);
    }

    [GeneratedRegex("[0-9.]+")]
    private static partial Regex FigurePattern();
}
