using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty;

/// <summary>
/// The configuration of a job's action. It shows only its keys. Read a value with the indexer.
/// </summary>
/// <remarks>
/// The service does not mark secret values, so every value counts as a secret: no property and no enumeration contains
/// one.
/// </remarks>
[SuppressMessage(
    "Naming", "CA1710",
    Justification = "Named after the service's actionConfiguration. It enumerates its keys only for display.")]
public sealed class JobConfiguration : IReadOnlyCollection<string>
{
    private readonly Dictionary<string, string> _values;

    /// <summary>Creates a configuration.</summary>
    public JobConfiguration(IEnumerable<KeyValuePair<string, string>> values)
    {
        _values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> pair in values ?? throw new ArgumentNullException(nameof(values)))
        {
            _values[pair.Key] = pair.Value;
            if (SecretKeys.LooksSecret(pair.Key) && pair.Value.Length > 0)
            {
                SecretRegistry.Announce(pair.Value);
            }
        }
    }

    /// <summary>A configuration without keys.</summary>
    public static JobConfiguration Empty { get; } = new(Array.Empty<KeyValuePair<string, string>>());

    /// <summary>The keys, in ordinal order.</summary>
    public IEnumerable<string> Keys => _values.Keys.OrderBy(key => key, StringComparer.Ordinal);

    /// <summary>The number of keys.</summary>
    public int Count => _values.Count;

    /// <summary>
    /// The value of a key; <see langword="null"/> if the key does not exist. Keys are case-sensitive.
    /// </summary>
    public string? this[string key] => _values.TryGetValue(key, out string? value) ? value : null;

    /// <summary>Whether a key exists. Keys are case-sensitive.</summary>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <summary>All keys with their values. Keep it out of logs.</summary>
    public IReadOnlyDictionary<string, string> Reveal() =>
        new Dictionary<string, string>(_values, StringComparer.Ordinal);

    /// <summary>Enumerates the keys.</summary>
    public IEnumerator<string> GetEnumerator() => Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Keys);
}
