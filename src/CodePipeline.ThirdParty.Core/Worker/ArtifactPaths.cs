using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The local paths of a job's input or output artifacts, by artifact name. Read-only.</summary>
/// <remarks>
/// Looking up an unknown name fails the job. PowerShell turns the exception of the indexer into $null, so
/// "$($Job.OutputPath['Typo'])/report.txt" would be a path at the root of the disk. The class implements
/// <see cref="IDictionary"/> so that PowerShell resolves <c>$Job.OutputPath.Report</c> to an entry.
/// </remarks>
/// <param name="kind">"input" or "output"; used in messages.</param>
/// <param name="paths">The paths, by artifact name.</param>
/// <param name="areMoved">Whether the worker moves artifacts; used in messages.</param>
internal sealed class ArtifactPaths(string kind, IReadOnlyDictionary<string, string> paths, bool areMoved)
    : IReadOnlyDictionary<string, string>, IDictionary
{
    // PowerShell looks for an entry of the same name before it reads one of these properties.
    private static readonly HashSet<string> s_members = new(StringComparer.OrdinalIgnoreCase)
    {
        nameof(Keys), nameof(Values), nameof(Count), "Length", nameof(IDictionary.IsFixedSize),
        nameof(IDictionary.IsReadOnly), nameof(ICollection.IsSynchronized), nameof(ICollection.SyncRoot),
    };

    /// <summary>A message about the last unknown name that was looked up; <see langword="null"/> if none was.</summary>
    public string? UnknownNameMessage { get; private set; }

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

            throw new KeyNotFoundException(RecordUnknownName(key));
        }
    }

    object? IDictionary.this[object key]
    {
        get => this[key as string ?? key.ToString() ?? string.Empty];
        set => throw ReadOnly();
    }

    /// <summary>Whether the action has an artifact. Asking about an unknown name does not fail the job.</summary>
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

        if (key is string unknown && !s_members.Contains(unknown))
        {
            _ = RecordUnknownName(unknown);
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

    private string RecordUnknownName(string key)
    {
        string why = !areMoved ? "but the worker moves no artifacts."
            : Count == 0 ? $"which the action does not have. The action has no {kind} artifacts."
            : "which the action does not have. "
                + $"Its {kind} artifacts: {string.Join(", ", Keys.Select(each => $"'{each}'"))}.";
        return UnknownNameMessage = $"The handler asked for the {kind} artifact '{key}', {why}";
    }

    private static NotSupportedException ReadOnly() => new("The paths of a job's artifacts are read-only.");
}
