using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>
/// Validates the emulator's input, so that its responses never contain values that the service could not return.
/// </summary>
internal static class InputValidation
{
    /// <summary>The limit for time spans; keeps the sum of a time and a time span within the range of dates.</summary>
    internal static readonly TimeSpan LongestTime = TimeSpan.FromDays(366);

    internal static void ActionType(ActionTypeId? value, string inputName)
    {
        if (value is null)
        {
            throw new InvalidInputException(
                inputName, $"{inputName} is missing.", "Use an action type such as Test/Contoso/1.");
        }

        OneOf(value.Category, ServiceLimits.Categories, inputName, "category");
        OneOf(value.Owner, ServiceLimits.Owners, inputName, "owner");
        ServiceLimits.Provider.Check(value.Provider, inputName);
        ServiceLimits.Version.Check(value.Version, inputName);
    }

    internal static void Name(string? value, string inputName, int maximum, string alsoAllowed)
    {
        if (value is null || value.Length > maximum || !IsName(value, alsoAllowed))
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} must be 1 to {maximum} letters, digits and "
                    + $"{string.Join(" ", alsoAllowed.ToCharArray())}.",
                "Use a name such as Build-1.");
        }
    }

    internal static void Length(string? value, string inputName, int maximum)
    {
        if (string.IsNullOrEmpty(value) || value!.Length > maximum)
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} has {value?.Length ?? 0} characters; it must have 1 to {maximum}.",
                "Use a value within this limit.");
        }
    }

    /// <summary>Whether a value is one or more ASCII letters, digits and characters of a set.</summary>
    internal static bool IsName(string? value, string alsoAllowed) => !string.IsNullOrEmpty(value) && value!.All(
        c => c is (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') || alsoAllowed.IndexOf(c) >= 0);

    private static void OneOf(string? value, IReadOnlyList<string> known, string inputName, string part)
    {
        if (!known.Contains(value))
        {
            throw new InvalidInputException(
                inputName, $"'{value}' is not a {part} of action types.", $"Use one of: {string.Join(", ", known)}.");
        }
    }
}
