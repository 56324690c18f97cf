using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Accepts a whole number. PowerShell alone would round 1.5 to 2 and convert $true to 1.</summary>
internal sealed class PercentTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value)
    {
        // Calculations often yield a Double without a fraction.
        object plain = value switch
        {
            double number when number % 1 == 0 => System.Convert.ToString(number, CultureInfo.InvariantCulture)!,
            float number when number % 1 == 0 => System.Convert.ToString(number, CultureInfo.InvariantCulture)!,
            decimal number when number % 1 == 0 => decimal.Truncate(number).ToString(CultureInfo.InvariantCulture),
            _ => value,
        };
        return PipedNumber.Percent(plain, "PercentComplete", fromText: true);
    }
}
