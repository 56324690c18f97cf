using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty;

/// <summary>Checks members that allow only a few known values in the service model.</summary>
internal static class StringEnum
{
    /// <summary>The value in the service's spelling. The case of the input does not matter.</summary>
    /// <exception cref="InvalidInputException">The service does not know the value.</exception>
    public static string Check(IReadOnlyList<string> allowed, string value, string inputName) =>
        allowed.FirstOrDefault(each => each.Equals(value.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidInputException(
            inputName,
            $"The service does not know {inputName} '{value}'.",
            $"Use one of {string.Join(", ", allowed)}.");
}
