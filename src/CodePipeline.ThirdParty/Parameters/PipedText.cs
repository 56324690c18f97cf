using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Reads text from a piped object. Accepts no other types, and never puts the value into an error message.
/// </summary>
internal static class PipedText
{
    /// <summary>Reads a member's text.</summary>
    /// <param name="value">The value; not <see langword="null"/>.</param>
    /// <param name="path">The member's path for the error message, such as 'failureDetails.message'.</param>
    /// <param name="fromTable">Whether the object is a hashtable or dictionary.</param>
    /// <exception cref="InvalidInputException">The value is not text.</exception>
    public static string Read(object? value, string path, bool fromTable) => value switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        DateTime date when !fromTable && Original(date) is string text => text,
        _ => throw Wrong(value, path, "text (string)"),
    };

    /// <summary>The error for a member whose type differs from the service model.</summary>
    public static InvalidInputException Wrong(object? value, string path, string expected) => new(
        path,
        $"{path} is {Kind(value)}; it must be {expected}.",
        value is DateTime or DateTimeOffset
            ? "ConvertFrom-Json converts text that looks like a date: use ConvertFrom-Json -DateKind String "
                + "(PowerShell 7.5), or pass the text with the cmdlet's parameter."
            : value is null ? $"Set {path} to a value, or remove it."
            : $"Set {path} to {expected}.");

    /// <summary>Describes the kind of a value without revealing the value.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "null",
        DateTime or DateTimeOffset => "a date",
        bool => "a Boolean",
        string => "text",
        PSObject { BaseObject: PSCustomObject } or IDictionary => "an object",
        IEnumerable => "a list",
        _ => $"of type {value.GetType().Name}",
    };

    /// <summary>
    /// The paths of a result's texts that ConvertFrom-Json turned into dates, and that <see cref="Read"/> restored.
    /// </summary>
    public static IEnumerable<string> FindRestored(PSObject value)
    {
        foreach (PSNoteProperty member in value.Properties.OfType<PSNoteProperty>())
        {
            if (member.Value is PSObject { BaseObject: PSCustomObject } inner)
            {
                foreach (string path in FindRestored(inner))
                {
                    yield return $"{member.Name}.{path}";
                }
            }
            else if (PSObjectValues.Unwrap(member.Value) is DateTime
                && !member.Name.EndsWith("created", StringComparison.OrdinalIgnoreCase))
            {
                // The time of a revision (created) is a date in the service model too.
                yield return member.Name;
            }
        }
    }

    /// <summary>
    /// The original text of a date that ConvertFrom-Json created. Only whole seconds in UTC or without a zone can be
    /// restored: fractions lose their digits, and other zones become local time.
    /// </summary>
    private static string? Original(DateTime date) =>
        date.Ticks % TimeSpan.TicksPerSecond != 0 || date.Kind == DateTimeKind.Local
            ? null
            : date.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
                + (date.Kind == DateTimeKind.Utc ? "Z" : string.Empty);
}
