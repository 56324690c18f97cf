using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>A Markdown table of a worker's jobs. Safe for untrusted text.</summary>
internal sealed class StepSummary
{
    // GitHub accepts 1 MB per step, which is enough for 1,000 rows with texts of this length.
    private const int MostRows = 1000;
    private const int MostCharacters = 300;
    private const string Special = "\\`*_[]|~<>&@#$:/";

    private readonly List<JobReport> _rows = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _jobs;

    public bool IsEmpty => _jobs == 0;

    public void Add(JobReport result)
    {
        _jobs++;
        _counts[result.Outcome] = (_counts.TryGetValue(result.Outcome, out int count) ? count : 0) + 1;
        if (_rows.Count < MostRows)
        {
            _rows.Add(result);
        }
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder("### CodePipeline third-party jobs\n\n");
        var counts = new List<string>();
        foreach (KeyValuePair<string, int> count in _counts)
        {
            counts.Add(FormattableString.Invariant($"{count.Value} {Cell(count.Key)}"));
        }

        text.Append(string.Join(", ", counts)).Append("\n\n");
        text.Append("| Job | Action type | Outcome | Seconds | Message |\n| --- | --- | --- | ---: | --- |\n");
        foreach (JobReport row in _rows)
        {
            string outcome = row.FailureType is FailureType type ? $"{row.Outcome} ({type})" : row.Outcome;
            text.Append("| ").Append(Cell(row.JobId))
                .Append(" | ").Append(Cell(row.ActionType?.ToString()))
                .Append(" | ").Append(Cell(outcome))
                .Append(" | ").Append(row.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture))
                .Append(" | ").Append(Cell(row.Message)).Append(" |\n");
        }

        if (_jobs > _rows.Count)
        {
            text.Append(FormattableString.Invariant($"\nand {_jobs - _rows.Count} more.\n"));
        }

        return text.Append('\n').ToString();
    }

    /// <summary>
    /// Escapes a text for a table cell, so that it is neither Markdown nor HTML and cannot end the row.
    /// </summary>
    internal static string Cell(string? text)
    {
        string given = text ?? string.Empty;
        if (given.Length > MostCharacters)
        {
            given = given.Substring(0, MostCharacters) + "…";
        }

        var cell = new StringBuilder();
        given = ControlCharacterFilter.Sanitize(given);
        for (int i = 0; i < given.Length; i++)
        {
            char c = given[i];
            // Uses numeric entities, because a backslash does not stop Markdown from linking bare addresses and names.
            if (c == '\n')
            {
                cell.Append("<br>");
            }
            else if (Special.IndexOf(c) >= 0 || (c == '.' && IsAddress(given, i)))
            {
                cell.Append("&#").Append((int)c).Append(';');
            }
            else if (!char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format)
            {
                cell.Append(c);
            }
        }

        return cell.ToString();
    }

    // GitHub also links addresses without a scheme.
    private static bool IsAddress(string text, int dot)
    {
        const string Start = "www";
        return dot >= Start.Length
            && string.Compare(
                text, dot - Start.Length, Start, 0, Start.Length, StringComparison.OrdinalIgnoreCase) == 0;
    }
}
