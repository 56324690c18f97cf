using System.Globalization;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Takes a whole number. PowerShell itself would round 1.5 to 2 and take $true for 1.</summary>
internal sealed class PercentTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value)
    {
        // What a calculation leaves is often a Double without a fraction.
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
