using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>Reads the members of a structure and collects violations of the model's limits.</summary>
/// <remarks>
/// A value of the wrong JSON type throws at once, because the service also rejects it before validation. Messages never
/// contain values, because they may be secret.
/// </remarks>
internal sealed class InputReader
{
    // 0001-01-01 and 9999-12-31, the range of DateTimeOffset.
    private const double EarliestSecond = -62_135_596_800;
    private const double LatestSecond = 253_402_300_799;

    private readonly JsonElement _structure;
    private readonly string _path;
    private readonly List<string> _errors;

    internal InputReader(JsonElement root)
        : this(root, string.Empty, new List<string>())
    {
    }

    private InputReader(JsonElement structure, string path, List<string> errors)
    {
        if (structure.ValueKind != JsonValueKind.Object)
        {
            throw ServiceException.Serialization(
                path.Length == 0
                    ? "The body is not a JSON object."
                    : $"Expected a structure at '{path.TrimEnd('.')}'.");
        }

        _structure = structure;
        _path = path;
        _errors = errors;
    }

    internal string? Text(string member, TextLimit limit, bool required)
    {
        if (Required(member, required) is not JsonElement element)
        {
            return null;
        }

        string text = TextOf(element, member);
        int length = Characters(text);
        if (length < limit.Minimum)
        {
            Fail(member, $"Member must have length greater than or equal to {limit.Minimum}");
        }

        if (length > limit.Maximum)
        {
            Fail(member, $"Member must have length less than or equal to {limit.Maximum}");
        }

        if (limit.IdentifierOnly && !InputValidation.IsName(text, "_-"))
        {
            Fail(member, "Member must satisfy regular expression pattern: [0-9A-Za-z_-]+");
        }

        return text;
    }

    internal string? Choice(string member, IReadOnlyList<string> values, bool required)
    {
        if (Required(member, required) is not JsonElement element)
        {
            return null;
        }

        string text = TextOf(element, member);
        if (!values.Contains(text))
        {
            Fail(member, $"Member must satisfy enum value set: [{string.Join(", ", values)}]");
        }

        return text;
    }

    internal int? Integer(string member, int minimum, int maximum)
    {
        if (Required(member, required: false) is not JsonElement element)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int number))
        {
            throw ServiceException.Serialization($"Expected an integer at '{_path}{member}'.");
        }

        if (number < minimum)
        {
            Fail(
                member,
                $"Member must have value greater than or equal to {minimum.ToString(CultureInfo.InvariantCulture)}");
        }

        if (number > maximum)
        {
            Fail(
                member,
                $"Member must have value less than or equal to {maximum.ToString(CultureInfo.InvariantCulture)}");
        }

        return number;
    }

    internal DateTimeOffset? Timestamp(string member)
    {
        if (Required(member, required: false) is not JsonElement element)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Number
            || !element.TryGetDouble(out double seconds)
            || !(seconds >= EarliestSecond && seconds <= LatestSecond))
        {
            throw ServiceException.Serialization($"Expected a timestamp in epoch seconds at '{_path}{member}'.");
        }

        return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000));
    }

    internal InputReader? Structure(string member, bool required) => Required(member, required) is JsonElement element
        ? new InputReader(element, _path + member + ".", _errors)
        : null;

    internal void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            string count = _errors.Count == 1 ? "1 validation error" : $"{_errors.Count} validation errors";
            throw new ServiceException("ValidationException", $"{count} detected: {string.Join("; ", _errors)}");
        }
    }

    /// <summary>Counts Unicode characters, which the model's lengths refer to.</summary>
    private static int Characters(string text) => text.Count(c => !char.IsLowSurrogate(c));

    private string TextOf(JsonElement element, string member)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The value is not a string, or not valid Unicode.
            throw ServiceException.Serialization($"Expected a string at '{_path}{member}'.");
        }
    }

    /// <summary>Returns the value of a member; JSON null counts as missing.</summary>
    private JsonElement? Required(string member, bool required)
    {
        try
        {
            if (_structure.TryGetProperty(member, out JsonElement element) && element.ValueKind != JsonValueKind.Null)
            {
                return element;
            }
        }
        catch (InvalidOperationException)
        {
            // The comparison decodes every name, and the name of another member is not valid Unicode.
            throw ServiceException.Serialization($"A member name at '{_path.TrimEnd('.')}' is not valid Unicode.");
        }

        if (required)
        {
            Fail(member, "Member must not be null");
        }

        return null;
    }

    private void Fail(string member, string constraint) =>
        _errors.Add($"Value at '{_path}{member}' failed to satisfy constraint: {constraint}");
}
