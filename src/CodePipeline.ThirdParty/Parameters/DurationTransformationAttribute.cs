using System;
using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Accepts a duration as seconds (<c>30</c>, <c>'0.5'</c>) or as a TimeSpan (<c>'00:01:30'</c>).</summary>
/// <remarks>PowerShell alone would convert 30 to 30 ticks, which is 3 microseconds.</remarks>
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
        "Use seconds, such as 30, or hours, minutes and seconds, such as '00:01:30'.");
}
