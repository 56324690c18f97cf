using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Numbers in a piped object: whole ones, and nothing that would have to be rounded into one.</summary>
internal static class PipedNumber
{
    /// <summary>A percentage, 0 to 100.</summary>
    /// <exception cref="InvalidInputException">It is no whole number, or not in this range.</exception>
    public static int Percent(object? value, string path, bool fromText = false) =>
        Whole(value, path, fromText) is long number
            and >= ServiceLimits.MinimumPercentComplete and <= ServiceLimits.MaximumPercentComplete
            ? (int)number
            : throw new InvalidInputException(
                path,
                $"{path} '{value}' is not a percentage.",
                $"Give a whole number, {ServiceLimits.MinimumPercentComplete} to "
                + $"{ServiceLimits.MaximumPercentComplete}.");

    /// <summary>A whole number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">The member as the user knows it.</param>
    /// <param name="fromText">Whether digits are taken too, as in a CSV file.</param>
    /// <exception cref="InvalidInputException">It is none.</exception>
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
