using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Converts a handler's output to records: outcomes as they are, other objects as PowerShell displays them. Consecutive
/// objects of one kind share a table.
/// </summary>
/// <param name="jobId">The job id.</param>
/// <param name="onRecord">Called for each record.</param>
internal sealed class HandlerOutput(string jobId, Action<HandlerRecord> onRecord)
{
    private const int MostTogether = 500;
    private const int Width = 120;
    private const int AnyWidth = 8192;

    // Format-Table and similar cmdlets emit the parts of one table or list with these types.
    private const string Formatted = "Microsoft.PowerShell.Commands.Internal.Format.";

    private static readonly string[] s_failureMembers = { "FailureMessage", "FailureType" };

    private readonly List<object> _waiting = new();
    private string? _kind;

    /// <summary>Formats objects as text, within a line width.</summary>
    public Func<IReadOnlyList<object>, int, string> Format { get; set; } =
        (objects, _) => string.Join(Environment.NewLine, objects);

    public void Add(object? value)
    {
        if (value is null)
        {
            return;
        }

        object plain = PSObjectValues.Unwrap(value)!;
        string? problem = ProblemOf(value, plain);
        if (problem is null && plain is not ThirdPartyJobOutcome && WantsFormat(plain))
        {
            string kind = KindOf(value, plain);
            if (kind != _kind || _waiting.Count >= MostTogether)
            {
                Flush();
            }

            _kind = kind;
            _waiting.Add(value);
            return;
        }

        Flush();
        onRecord(HandlerRecords.Classify(jobId, value) with { OutcomeProblem = problem });
    }

    /// <summary>Formats and reports pending objects.</summary>
    public void Flush()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        object[] objects = _waiting.ToArray();
        _waiting.Clear();
        _kind = null;
        string text = Trimmed(Text(objects, Width));
        if (text.Length > 0)
        {
            // Columns fill the whole width. Collapse their padding.
            string unwrapped = Regex.Replace(Trimmed(Text(objects, AnyWidth)), " {3,}", "  ");
            onRecord(new HandlerRecord(jobId, HandlerStream.Output, text, null) { Unwrapped = unwrapped });
        }
    }

    /// <summary>
    /// Describes output that looks like an outcome but is none. Ignoring it would report the handler's failure as
    /// success.
    /// </summary>
    private static string? ProblemOf(object value, object plain)
    {
        const string Name = nameof(ThirdPartyJobOutcome);
        return plain switch
        {
            ThirdPartyJobOutcome => null,
            _ when IsOutcomeOfOthers(value) =>
                "The handler returned an outcome from another process or from another copy of the module.",
            IList list when list.OfType<object>().Any(each => PSObjectValues.Unwrap(each) is ThirdPartyJobOutcome
                || IsOutcomeOfOthers(each)) => "The handler returned its outcome inside a list.",
            IDictionary table when s_failureMembers.Any(name => table.Contains(name) && table[name] is not null) =>
                $"The handler returned a hashtable instead of a {Name}.",
            PSObject custom when s_failureMembers.Any(name => custom.Properties[name]?.Value is not null) =>
                $"The handler returned a custom object instead of a {Name}.",
            _ => null,
        };

        static bool IsOutcomeOfOthers(object value) => value is PSObject wrapped
            && wrapped.TypeNames.Any(name => name.EndsWith("." + Name, StringComparison.Ordinal))
            && PSObjectValues.Unwrap(value) is not ThirdPartyJobOutcome;
    }

    private static bool WantsFormat(object plain) => !plain.GetType().IsPrimitive
        && plain is not (string or decimal or Enum or ErrorRecord or WarningRecord or VerboseRecord or DebugRecord
            or InformationRecord);

    /// <summary>The grouping key for one table. A table shows only the properties of its first object.</summary>
    private static string KindOf(object value, object plain)
    {
        string type = plain.GetType().FullName!;
        return type.StartsWith(Formatted, StringComparison.Ordinal) ? Formatted
            : plain is PSObject && value is PSObject custom
            ? string.Join(",", custom.Properties.Select(property => property.Name))
            : type;
    }

    /// <summary>Removes surrounding blank lines and trailing spaces.</summary>
    private static string Trimmed(string text) => string
        .Join("\n", text.Replace("\r\n", "\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');

    private string Text(object[] objects, int width)
    {
        try
        {
            return Format(objects, width);
        }
        catch (Exception error) when (error is RuntimeException or InvalidOperationException)
        {
            // A view or property failed, or the pipeline has ended. Show the plain text instead.
            return string.Join("\n", objects.Select(each => each.ToString()));
        }
    }
}
