using System;
using System.Globalization;

namespace CodePipeline.ThirdParty;

/// <summary>
/// A limit of the service model for a text member: its length and its allowed characters.
/// </summary>
/// <remarks>
/// Lengths count Unicode scalar values, like the model's <c>@length</c> trait. <see cref="Cut"/> counts UTF-16 units,
/// which are never fewer, so the service accepts its result even if it counts units.
/// </remarks>
public sealed class TextLimit
{
    internal TextLimit(string member, int minimum, int maximum, bool identifierOnly = false)
    {
        Member = member;
        Minimum = minimum;
        Maximum = maximum;
        IdentifierOnly = identifierOnly;
    }

    /// <summary>The member of the service model, for example <c>jobId</c>.</summary>
    public string Member { get; }

    /// <summary>The minimum number of characters.</summary>
    public int Minimum { get; }

    /// <summary>The maximum number of characters.</summary>
    public int Maximum { get; }

    /// <summary>Whether only letters, digits, <c>_</c> and <c>-</c> are allowed (<c>[0-9A-Za-z_-]+</c>).</summary>
    public bool IdentifierOnly { get; }

    /// <summary>Whether a value is within the limit.</summary>
    public bool Allows(string? value)
    {
        if (value is null)
        {
            return false;
        }

        int length = CountCharacters(value);
        return length >= Minimum && length <= Maximum && (!IdentifierOnly || IsIdentifier(value));
    }

    /// <summary>Returns the value if it is within the limit.</summary>
    /// <param name="value">
    /// The value, which may be a secret. Only a limit for identifiers repeats it in its message.
    /// </param>
    /// <param name="inputName">The user's name for the input.</param>
    /// <exception cref="InvalidInputException">The value is not within the limit.</exception>
    public string Check(string? value, string inputName)
    {
        if (value is null || (value.Length == 0 && Minimum > 0))
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} is empty.",
                $"Give {inputName} a value of {Range}.");
        }

        int length = CountCharacters(value);
        if (length < Minimum || length > Maximum)
        {
            throw new InvalidInputException(
                inputName,
                string.Format(
                    CultureInfo.InvariantCulture, "{0} has {1} characters; the service accepts {2}.", inputName, length,
                    Range),
                length > Maximum ? $"Shorten {inputName} to {Maximum} characters." : $"Give {inputName} {Range}.");
        }

        if (IdentifierOnly && !IsIdentifier(value))
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} '{value}' has characters that the service does not accept.",
                $"Use only letters, digits, '_' and '-' for {inputName}.");
        }

        return value;
    }

    /// <summary>
    /// Shortens a text that is too long and ends it with <c>…</c>. Never splits a visible character.
    /// </summary>
    public string Cut(string value)
    {
        if (value is null)
        {
            throw new ArgumentNullException(nameof(value));
        }

        if (value.Length <= Maximum)
        {
            return value;
        }

        int end = 0;
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(value);
        while (elements.MoveNext())
        {
            int next = elements.ElementIndex + elements.GetTextElement().Length;
            if (next > Maximum - 1)
            {
                break;
            }

            end = next;
        }

        return value.Substring(0, end) + "…";
    }

    private string Range => Minimum == Maximum
        ? $"{Maximum} characters"
        : $"{Minimum} to {Maximum} characters";

    private static int CountCharacters(string value)
    {
        int count = value.Length;
        for (int i = 1; i < value.Length; i++)
        {
            if (char.IsSurrogatePair(value[i - 1], value[i]))
            {
                count--;
            }
        }

        return count;
    }

    private static bool IsIdentifier(string value)
    {
        foreach (char c in value)
        {
            if (c is not ((>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
