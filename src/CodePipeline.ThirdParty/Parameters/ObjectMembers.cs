using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The members of a user's value: a hashtable, a dictionary, a custom object or any other object. Names are
/// case-insensitive.
/// </summary>
internal sealed class ObjectMembers
{
    private readonly Dictionary<string, (string Name, Func<object?> Value)> _all =
        new(StringComparer.OrdinalIgnoreCase);

    private ObjectMembers(bool fromTable) => IsTable = fromTable;

    /// <summary>Whether the members are entries of a hashtable or dictionary.</summary>
    public bool IsTable { get; }

    /// <summary>The names in their original case.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            foreach ((string name, _) in _all.Values)
            {
                yield return name;
            }
        }
    }

    /// <summary>
    /// Returns the members, or <see langword="null"/> for text, numbers, lists and other values without members.
    /// </summary>
    /// <exception cref="InvalidInputException">Two names differ only in case.</exception>
    public static ObjectMembers? TryCreate(object? value)
    {
        var wrapper = value as PSObject;
        object? plain = wrapper?.BaseObject ?? value;
        switch (plain)
        {
            case null:
                return null;
            case IDictionary table:
                var entries = new ObjectMembers(fromTable: true);
                foreach (DictionaryEntry entry in table)
                {
                    object? content = entry.Value;
                    entries.Add(entry.Key.ToString() ?? string.Empty, () => content);
                }

                return entries;
            case IDictionary<string, object?> table:
                var pairs = new ObjectMembers(fromTable: true);
                foreach (KeyValuePair<string, object?> pair in table)
                {
                    pairs.Add(pair.Key, () => pair.Value);
                }

                return pairs;
            case PSCustomObject:
                return Properties(wrapper!);
            default:
                return IsSingleValue(plain) ? null : Properties(PSObject.AsPSObject(value!));
        }
    }

    /// <summary>The name in its original case, or <see langword="null"/> if there is no such member.</summary>
    public string? Spelling(string name) =>
        _all.TryGetValue(name, out (string Name, Func<object?> Value) found) ? found.Name : null;

    /// <summary>Gets a member. Its value can be <see langword="null"/>.</summary>
    public bool TryGet(string name, out object? value)
    {
        bool isThere = _all.TryGetValue(name, out (string Name, Func<object?> Value) found);
        value = isThere ? PSObjectValues.Unwrap(found.Value()) : null;
        return isThere;
    }

    private static ObjectMembers Properties(PSObject wrapper)
    {
        var members = new ObjectMembers(fromTable: false);
        foreach (PSPropertyInfo property in wrapper.Properties)
        {
            members.Add(property.Name, () => property.Value);
        }

        return members;
    }

    /// <summary>Whether the value counts as a single value whose properties are irrelevant.</summary>
    private static bool IsSingleValue(object value) => value is string or IEnumerable or IConvertible or DateTimeOffset
        or TimeSpan or Guid or Uri or Version or Type or ScriptBlock or Secret or SecureString or PSCredential;

    private void Add(string name, Func<object?> value)
    {
        if (_all.ContainsKey(name))
        {
            throw new InvalidInputException(
                name, $"The piped object has the member '{name}' twice.", "Remove one of them.");
        }

        _all.Add(name, (name, value));
    }
}
