using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Takes a time as seconds since 1970 (1769860800), a DateTime, a DateTimeOffset, or text in ISO 8601; without a zone it
/// is local time, as in the AWS CLI.
/// </summary>
/// <remarks>PowerShell itself would read a number as ticks of 100 ns since the year 1.</remarks>
internal sealed class TimeTransformationAttribute : TransformationAttribute
{
    // The years 1 to 9999, which a DateTimeOffset can hold.
    private const decimal Earliest = -62135596800m;
    private const decimal Latest = 253402300799m;

    /// <summary>The time of a value.</summary>
    /// <param name="value">The value; <see langword="null"/> is none.</param>
    /// <param name="name">What it is, as the user knows it.</param>
    /// <param name="zeroIsNone">Whether 0 says nothing, as in a skeleton that was not filled in.</param>
    /// <exception cref="InvalidInputException">It is no time.</exception>
    internal static DateTimeOffset? Parse(object? value, string name, bool zeroIsNone) => value switch
    {
        null when !zeroIsNone => null,
        DateTimeOffset time => time,

        // East of Greenwich the first hours of year 1 have no UTC time: they become its first moment.
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        string text when zeroIsNone && text.Length == 0 => null,
        string text when decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal seconds) => FromSeconds(seconds, value, name),
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time) => time,
        sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
            when Number(value) is decimal seconds =>
            seconds == 0 && zeroIsNone ? null : FromSeconds(seconds, value, name),
        _ => throw Wrong(value, name),
    };

    private protected override object? Convert(object value) => Parse(value, "RevisionCreated", zeroIsNone: false);

    private static DateTimeOffset FromSeconds(decimal seconds, object value, string name) =>
        seconds is >= Earliest and <= Latest
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : throw Wrong(value, name);

    private static decimal? Number(object value)
    {
        try
        {
            return System.Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            // Not a number, infinite, or far out of range.
            return null;
        }
    }

    private static InvalidInputException Wrong(object? value, string name) => new(
        name,
        value is null ? $"{name} is null; it has to be a time." : $"{name} '{Shown(value)}' is not a time.",
        "Give seconds since 1970, or a time such as 2026-01-31T12:00:00Z.");

    private static string Shown(object value) => value is string or IFormattable
        ? System.Convert.ToString(value, CultureInfo.InvariantCulture)!
        : value.GetType().Name;
}
