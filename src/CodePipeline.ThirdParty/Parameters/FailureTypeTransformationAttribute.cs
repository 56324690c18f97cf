using System;
using System.Collections;
using System.Linq;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Accepts one failure type by name. PowerShell alone would combine several names into an undefined value.
/// </summary>
internal sealed class FailureTypeTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value)
    {
        object one = value is IList { Count: 1 } list ? PSObjectValues.Unwrap(list[0]) ?? value : value;
        if (one is FailureType type && ServiceLimits.FailureTypes.Contains(type.ToString()))
        {
            return type;
        }

        if (one is not string text)
        {
            throw new InvalidInputException(
                "FailureType",
                one is IList many
                    ? $"FailureType has {many.Count} values; a failure has exactly one type."
                    : $"FailureType is {PipedText.Kind(one)}; it must be the name of a type.",
                $"Use one of {string.Join(", ", ServiceLimits.FailureTypes)}.");
        }

        _ = Enum.TryParse(StringEnum.Check(ServiceLimits.FailureTypes, text, "FailureType"), out FailureType named);
        return named;
    }
}
