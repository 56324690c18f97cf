using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// What a handler outputs, as records with text: outcomes apart, and objects as PowerShell shows them, those of a kind
/// in one table.
/// </summary>
/// <param name="jobId">Whose handler.</param>
/// <param name="hear">Hears each record.</param>
internal sealed class HandlerOutput(string jobId, Action<HandlerRecord> hear)
{
    private const int MostTogether = 500;
    private const int Width = 120;
    private const int AnyWidth = 8192;

    // Parts of one table or list, which Format-Table and its like output one by one.
    private const string Formatted = "Microsoft.PowerShell.Commands.Internal.Format.";

    private static readonly string[] s_failureMembers = { "FailureMessage", "FailureType" };

    private readonly List<object> _waiting = new();
    private string? _kind;

    /// <summary>Makes text of objects, in lines of a width at most.</summary>
    public Func<IReadOnlyList<object>, int, string> Format { get; set; } =
        (objects, _) => string.Join(Environment.NewLine, objects);

    public void Take(object? value)
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
        hear(HandlerRecords.Classify(jobId, value) with { OutcomeProblem = problem });
    }

    /// <summary>Shows what waits.</summary>
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
            // Columns get as much of the width as there is.
            string unwrapped = Regex.Replace(Trimmed(Text(objects, AnyWidth)), " {3,}", "  ");
            hear(new HandlerRecord(jobId, HandlerStream.Output, text, null) { Unwrapped = unwrapped });
        }
    }

    /// <summary>
    /// What looks like an outcome and is none. Ignored, it would turn a failure that the handler reports into success.
    /// </summary>
    private static string? ProblemOf(object value, object plain)
    {
        const string Name = nameof(ThirdPartyJobOutcome);
        return plain switch
        {
            ThirdPartyJobOutcome => null,
            _ when IsOutcomeOfOthers(value) => "The handler returned an outcome that was made in another process or by "
                + "another copy of the module.",
            IList list when list.OfType<object>().Any(each => PSObjectValues.Unwrap(each) is ThirdPartyJobOutcome
                || IsOutcomeOfOthers(each)) => "The handler returned its outcome inside a list.",
            IDictionary table when s_failureMembers.Any(name => table.Contains(name) && table[name] is not null) =>
                $"The handler returned a hashtable in place of a {Name}.",
            PSObject custom when s_failureMembers.Any(name => custom.Properties[name]?.Value is not null) =>
                $"The handler returned a custom object in place of a {Name}.",
            _ => null,
        };

        static bool IsOutcomeOfOthers(object value) => value is PSObject wrapped
            && wrapped.TypeNames.Any(name => name.EndsWith("." + Name, StringComparison.Ordinal))
            && PSObjectValues.Unwrap(value) is not ThirdPartyJobOutcome;
    }

    private static bool WantsFormat(object plain) => !plain.GetType().IsPrimitive
        && plain is not (string or decimal or Enum or ErrorRecord or WarningRecord or VerboseRecord or DebugRecord
            or InformationRecord);

    /// <summary>What is shown in one table, in which what has other properties than the first would not show.</summary>
    private static string KindOf(object value, object plain)
    {
        string type = plain.GetType().FullName!;
        return type.StartsWith(Formatted, StringComparison.Ordinal) ? Formatted
            : plain is PSObject && value is PSObject custom
            ? string.Join(",", custom.Properties.Select(property => property.Name))
            : type;
    }

    /// <summary>No blank lines around it, no blanks at the ends of lines.</summary>
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
            // A view or a property that fails, or a pipeline at its end: what was written is shown all the same.
            return string.Join("\n", objects.Select(each => each.ToString()));
        }
    }
}
