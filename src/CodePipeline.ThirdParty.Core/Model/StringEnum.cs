using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty;

/// <summary>The limit that the service model sets on a member with a few known values.</summary>
internal static class StringEnum
{
    /// <summary>The value as the service spells it, whatever the case it came in.</summary>
    /// <exception cref="InvalidInputException">It is none that the service knows.</exception>
    public static string Check(IReadOnlyList<string> allowed, string value, string inputName) =>
        allowed.FirstOrDefault(each => each.Equals(value.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidInputException(
            inputName,
            $"{inputName} '{value}' is not one that the service knows.",
            $"Use one of {string.Join(", ", allowed)}.");
}
