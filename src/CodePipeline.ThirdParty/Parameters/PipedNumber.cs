using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Reads whole numbers from a piped object, without rounding.</summary>
internal static class PipedNumber
{
    /// <summary>Reads a percentage, 0 to 100.</summary>
    /// <exception cref="InvalidInputException">The value is not a whole number from 0 to 100.</exception>
    public static int Percent(object? value, string path, bool fromText = false) =>
        Whole(value, path, fromText) is long number
            and >= ServiceLimits.MinimumPercentComplete and <= ServiceLimits.MaximumPercentComplete
            ? (int)number
            : throw new InvalidInputException(
                path,
                $"{path} '{value}' is not a percentage.",
                $"Use a whole number, {ServiceLimits.MinimumPercentComplete} to "
                + $"{ServiceLimits.MaximumPercentComplete}.");

    /// <summary>Reads a whole number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">The member's path for the error message.</param>
    /// <param name="fromText">Whether text with digits is accepted, as in a CSV file.</param>
    /// <exception cref="InvalidInputException">The value is not a whole number.</exception>
    public static long Whole(object? value, string path, bool fromText) => value switch
    {
        sbyte or byte or short or ushort or int or uint or long =>
            ((IConvertible)value).ToInt64(CultureInfo.InvariantCulture),
        string text when fromText && long.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        ulong or System.Numerics.BigInteger => long.MaxValue,
        _ => throw PipedText.Wrong(value, path, "a whole number (integer)"),
    };
}
