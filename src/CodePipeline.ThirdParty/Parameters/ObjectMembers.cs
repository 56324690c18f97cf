using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The members of a value that a user made: a hashtable, a dictionary, a custom object, an object of any other type.
/// Names are found in any case.
/// </summary>
internal sealed class ObjectMembers
{
    private readonly Dictionary<string, (string Name, Func<object?> Value)> _all = new(StringComparer.OrdinalIgnoreCase);

    private ObjectMembers(bool fromTable) => IsTable = fromTable;

    /// <summary>Whether they are the entries of a hashtable or dictionary.</summary>
    public bool IsTable { get; }

    /// <summary>The names as they are written.</summary>
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

    /// <summary>The members, or <see langword="null"/> for a value that has none: text, a number, a list.</summary>
    /// <exception cref="InvalidInputException">Two names differ in case alone.</exception>
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
                return IsWhole(plain) ? null : Properties(PSObject.AsPSObject(value!));
        }
    }

    /// <summary>The name as it is written, or <see langword="null"/> where there is no such member.</summary>
    public string? Spelling(string name) =>
        _all.TryGetValue(name, out (string Name, Func<object?> Value) found) ? found.Name : null;

    /// <summary>Whether there is such a member; <see langword="null"/> can be its value.</summary>
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

    /// <summary>Whether a value means itself and not its properties.</summary>
    private static bool IsWhole(object value) => value is string or IEnumerable or IConvertible or DateTimeOffset
        or TimeSpan or Guid or Uri or Version or Type or ScriptBlock or Secret or SecureString or PSCredential;

    private void Add(string name, Func<object?> value)
    {
        if (_all.ContainsKey(name))
        {
            throw new InvalidInputException(
                name, $"The object from the pipeline has the member '{name}' twice.", "Give it once.");
        }

        _all.Add(name, (name, value));
    }
}
