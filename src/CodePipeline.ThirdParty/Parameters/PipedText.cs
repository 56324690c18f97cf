using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Text in a piped object: nothing but text is taken for it, and no value stands in what is said.</summary>
internal static class PipedText
{
    /// <summary>The text that a member holds.</summary>
    /// <param name="value">The value; not <see langword="null"/>.</param>
    /// <param name="path">The member as the user knows it: 'failureDetails.message'.</param>
    /// <param name="fromTable">Whether the object is a hashtable or dictionary.</param>
    /// <exception cref="InvalidInputException">It is not text.</exception>
    public static string Read(object? value, string path, bool fromTable) => value switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        DateTime date when !fromTable && Original(date) is string text => text,
        _ => throw Wrong(value, path, "text (string)"),
    };

    /// <summary>A member whose value is of another type than the service's model has.</summary>
    public static InvalidInputException Wrong(object? value, string path, string expected) => new(
        path,
        $"{path} is {Kind(value)}; it has to be {expected}.",
        value is DateTime or DateTimeOffset
            ? "ConvertFrom-Json makes dates of text that looks like one: use ConvertFrom-Json -DateKind String "
                + "(PowerShell 7.5), or give the text with the cmdlet's parameter."
            : value is null ? $"Give {path} a value, or remove it."
            : $"Give {path} as {expected}.");

    /// <summary>What a value is, in words, and nothing of the value.</summary>
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
    /// The text that ConvertFrom-Json made a date of, where it can be told: whole seconds, in UTC or without a zone. It
    /// drops how many digits a fraction had, and turns other zones into local time.
    /// </summary>
    private static string? Original(DateTime date) =>
        date.Ticks % TimeSpan.TicksPerSecond != 0 || date.Kind == DateTimeKind.Local
            ? null
            : date.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
                + (date.Kind == DateTimeKind.Utc ? "Z" : string.Empty);
}
