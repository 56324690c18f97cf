using System;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>A text that must stay hidden: a client token, a secret key or a secret configuration value.</summary>
/// <remarks>
/// It has no public property and no field that a serializer reads. Views, transcripts, CSV and <c>Export-Clixml</c>
/// show <c>***</c>, and <c>ConvertTo-Json</c> writes <c>{}</c>. <see cref="Reveal"/> returns the text.
/// </remarks>
public sealed class Secret : IEquatable<Secret>
{
    /// <summary>The text that is shown instead of a secret.</summary>
    public const string Mask = "***";

    private readonly string _value;

    /// <summary>Creates a secret.</summary>
    /// <param name="value">The text, at least one character.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public Secret(string value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new ArgumentException("The secret is empty. Give at least one character.", nameof(value));
        }

        _value = value;
        SecretRegistry.Announce(value);
    }

    /// <summary>
    /// Whether a text is the mask of a secret. CI runners also mask with asterisks, so any number of them counts.
    /// </summary>
    internal static bool IsMask(string text) => text.Length > 0 && text.Trim('*').Length == 0;

    /// <summary>Returns the text. Keep it out of logs.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => Mask;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && ConstantTimeComparison.AreEqual(_value, other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);
}
