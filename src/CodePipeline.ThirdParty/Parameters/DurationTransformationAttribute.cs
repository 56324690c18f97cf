using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Takes a duration as seconds (<c>30</c>, <c>'0.5'</c>) or as a TimeSpan (<c>'00:01:30'</c>).</summary>
/// <remarks>PowerShell itself would read 30 as 30 ticks, three millionths of a second.</remarks>
public sealed class DurationTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value)
    {
        TimeSpan duration = value switch
        {
            TimeSpan given => given,
            string text
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) =>
                FromSeconds(seconds, value),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan given) => given,
            IConvertible number when value is not (string or bool or DateTime or char) =>
                FromSeconds(number.ToDouble(CultureInfo.InvariantCulture), value),
            _ => throw Wrong(value),
        };
        return duration >= TimeSpan.Zero ? duration : throw Wrong(value);
    }

    private static TimeSpan FromSeconds(double seconds, object value) =>
        seconds >= 0 && seconds <= int.MaxValue ? TimeSpan.FromSeconds(seconds) : throw Wrong(value);

    private static InvalidInputException Wrong(object value) => new(
        "duration", $"'{value}' is not a duration.",
        "Give seconds, such as 30, or hours, minutes and seconds, such as '00:01:30'.");
}
