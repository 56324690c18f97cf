using System;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>A text that must not be seen: a client token, a secret key, a secret configuration value.</summary>
/// <remarks>
/// It has no public property and no field that a serializer reads: views, transcripts, CSV and <c>Export-Clixml</c> show
/// <c>***</c>, and <c>ConvertTo-Json</c> writes <c>{}</c>. <see cref="Reveal"/> gives the text.
/// </remarks>
public sealed class Secret : IEquatable<Secret>
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "***";

    private readonly string _value;

    /// <summary>Keeps a text as a secret.</summary>
    /// <param name="value">The text, at least one character.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public Secret(string value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new ArgumentException("A secret has at least one character.", nameof(value));
        }

        _value = value;
        SecretRegistry.Announce(value);
    }

    /// <summary>Whether a text is what a secret shows, here or in the log of a CI runner: asterisks and nothing else.</summary>
    internal static bool IsMask(string text) => text.Length > 0 && text.Trim('*').Length == 0;

    /// <summary>Gives the text itself. Keep it out of logs.</summary>
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
