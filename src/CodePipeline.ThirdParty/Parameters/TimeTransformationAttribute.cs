using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Accepts a time as seconds since 1970 (1769860800), a DateTime, a DateTimeOffset or ISO 8601 text. Text without a
/// zone is local time, as in the AWS CLI.
/// </summary>
/// <remarks>PowerShell alone would convert a number to ticks of 100 ns since the year 1.</remarks>
internal sealed class TimeTransformationAttribute : TransformationAttribute
{
    // The range of DateTimeOffset, years 1 to 9999.
    private const decimal Earliest = -62135596800m;
    private const decimal Latest = 253402300799m;

    /// <summary>Parses a time.</summary>
    /// <param name="value">The value; <see langword="null"/> means no time.</param>
    /// <param name="name">The name for the error message.</param>
    /// <param name="zeroIsNone">Whether 0 means no time, as in an unchanged skeleton.</param>
    /// <exception cref="InvalidInputException">The value is not a time.</exception>
    internal static DateTimeOffset? Parse(object? value, string name, bool zeroIsNone) => value switch
    {
        null when !zeroIsNone => null,
        DateTimeOffset time => time,

        // East of Greenwich, the first hours of year 1 have no UTC time and become its first moment.
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
            // NaN, infinity or out of range.
            return null;
        }
    }

    private static InvalidInputException Wrong(object? value, string name) => new(
        name,
        value is null ? $"{name} is null; it must be a time." : $"{name} '{Shown(value)}' is not a time.",
        "Use seconds since 1970, or a time such as 2026-01-31T12:00:00Z.");

    private static string Shown(object value) => value is string or IFormattable
        ? System.Convert.ToString(value, CultureInfo.InvariantCulture)!
        : value.GetType().Name;
}
