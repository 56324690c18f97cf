using System;
using System.Globalization;

namespace CodePipeline.ThirdParty;

/// <summary>
/// The limit that the service model sets on a text member: its length, and the characters it may hold.
/// </summary>
/// <remarks>
/// Lengths count Unicode characters (scalar values), as the model's <c>@length</c> trait does; <see cref="Cut"/> counts
/// UTF-16 units, which are never fewer, so that what it returns is accepted whichever way the service counts.
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

    /// <summary>The least number of characters.</summary>
    public int Minimum { get; }

    /// <summary>The greatest number of characters.</summary>
    public int Maximum { get; }

    /// <summary>Whether only letters, digits, <c>_</c> and <c>-</c> are allowed (<c>[0-9A-Za-z_-]+</c>).</summary>
    public bool IdentifierOnly { get; }

    /// <summary>Whether a value keeps the limit.</summary>
    public bool Allows(string? value)
    {
        if (value is null)
        {
            return false;
        }

        int length = CountCharacters(value);
        return length >= Minimum && length <= Maximum && (!IdentifierOnly || IsIdentifier(value));
    }

    /// <summary>Returns the value, or throws <see cref="InvalidInputException"/> where it breaks the limit.</summary>
    /// <param name="value">The value; it is not repeated in the message, since it may be a secret.</param>
    /// <param name="inputName">The input as the user knows it.</param>
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
                    CultureInfo.InvariantCulture, "{0} has {1} characters; the service takes {2}.", inputName, length,
                    Range),
                length > Maximum ? $"Shorten {inputName} to {Maximum} characters." : $"Give {inputName} {Range}.");
        }

        if (IdentifierOnly && !IsIdentifier(value))
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} '{value}' has characters that the service does not take.",
                $"Use letters, digits, '_' and '-' only for {inputName}.");
        }

        return value;
    }

    /// <summary>
    /// Cuts a text that is too long, between two characters as a person sees them, and ends it in <c>…</c>.
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
