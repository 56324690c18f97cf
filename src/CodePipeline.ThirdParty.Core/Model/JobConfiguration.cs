using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty;

/// <summary>
/// The configuration of a job's action. It shows its keys; a value comes out only when asked for by its key.
/// </summary>
/// <remarks>
/// The service does not tell which values are secret, so all are treated so: no property and no enumeration carries
/// one.
/// </remarks>
[SuppressMessage(
    "Naming", "CA1710",
    Justification = "Named after the service's actionConfiguration; that it enumerates keys is for display.")]
public sealed class JobConfiguration : IReadOnlyCollection<string>
{
    private readonly Dictionary<string, string> _values;

    /// <summary>Keeps a configuration.</summary>
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

    /// <summary>The keys, in order.</summary>
    public IEnumerable<string> Keys => _values.Keys.OrderBy(key => key, StringComparer.Ordinal);

    /// <summary>How many keys there are.</summary>
    public int Count => _values.Count;

    /// <summary>
    /// The value of a key, or <see langword="null"/> where there is no such key. Upper and lower case differ.
    /// </summary>
    public string? this[string key] => _values.TryGetValue(key, out string? value) ? value : null;

    /// <summary>Whether there is such a key. Upper and lower case differ.</summary>
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
