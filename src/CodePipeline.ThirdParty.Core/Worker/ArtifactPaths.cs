using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Where a job's artifacts of one kind are, by name.</summary>
/// <remarks>
/// A name that the action does not have is taken down, and fails the job: PowerShell makes $null of it, and
/// "$($Job.OutputPath['Typo'])/report.txt" would lie at the root of the disk. An <see cref="IDictionary"/> as well, so
/// that PowerShell takes <c>$Job.OutputPath.Report</c> for an entry.
/// </remarks>
/// <param name="kind">Input or output.</param>
/// <param name="paths">The paths, by name.</param>
/// <param name="areMoved">Whether the worker moves artifacts at all.</param>
internal sealed class ArtifactPaths(string kind, IReadOnlyDictionary<string, string> paths, bool areMoved)
    : IReadOnlyDictionary<string, string>, IDictionary
{
    // PowerShell asks for an entry of each name first.
    private static readonly HashSet<string> s_members = new(StringComparer.OrdinalIgnoreCase)
    {
        nameof(Keys), nameof(Values), nameof(Count), "Length", nameof(IDictionary.IsFixedSize),
        nameof(IDictionary.IsReadOnly), nameof(ICollection.IsSynchronized), nameof(ICollection.SyncRoot),
    };

    /// <summary>What was asked for and is not there, in a sentence.</summary>
    public string? Miss { get; private set; }

    public int Count => paths.Count;

    public IEnumerable<string> Keys => paths.Keys;

    public IEnumerable<string> Values => paths.Values;

    bool IDictionary.IsFixedSize => true;

    bool IDictionary.IsReadOnly => true;

    ICollection IDictionary.Keys => Keys.ToArray();

    ICollection IDictionary.Values => Values.ToArray();

    bool ICollection.IsSynchronized => true;

    object ICollection.SyncRoot => this;

    public string this[string key]
    {
        get
        {
            if (paths.TryGetValue(key, out string? path))
            {
                return path;
            }

            throw new KeyNotFoundException(Missed(key));
        }
    }

    object? IDictionary.this[object key]
    {
        get => this[key as string ?? key.ToString() ?? string.Empty];
        set => throw ReadOnly();
    }

    /// <summary>A question, in a script; that of the interface is the property of this name.</summary>
    public bool Contains(string key) => ContainsKey(key);

    public bool ContainsKey(string key) => paths.ContainsKey(key);

    public bool TryGetValue(string key, out string value) => paths.TryGetValue(key, out value!);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => paths.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    bool IDictionary.Contains(object key)
    {
        if (key is string name && ContainsKey(name))
        {
            return true;
        }

        if (key is string typo && !s_members.Contains(typo))
        {
            _ = Missed(typo);
        }

        return false;
    }

    IDictionaryEnumerator IDictionary.GetEnumerator() =>
        ((IDictionary)paths.ToDictionary(each => each.Key, each => each.Value, StringComparer.Ordinal)).GetEnumerator();

    void IDictionary.Add(object key, object? value) => throw ReadOnly();

    void IDictionary.Clear() => throw ReadOnly();

    void IDictionary.Remove(object key) => throw ReadOnly();

    void ICollection.CopyTo(Array array, int index)
    {
        foreach (KeyValuePair<string, string> each in paths)
        {
            array.SetValue(new DictionaryEntry(each.Key, each.Value), index++);
        }
    }

    private string Missed(string key)
    {
        string has = !areMoved ? "the worker moves no artifacts"
            : Count == 0 ? "it has none"
            : $"it has {string.Join(", ", Keys.Select(each => $"'{each}'"))}";
        return Miss = $"The handler asked for the {kind} artifact '{key}', which the action does not have; {has}.";
    }

    private static NotSupportedException ReadOnly() => new("The paths of a job's artifacts are fixed.");
}
