using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The PAX records with which GNU tar and bsdtar mark a sparse file.</summary>
internal sealed class SparseAttributes
{
    /// <summary>The common prefix of the keys.</summary>
    public const string Prefix = "GNU.sparse.";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _numbers = new();
    private bool _isOdd;

    /// <summary>The real name of the file. The entry has a placeholder name.</summary>
    public string? Name => Find("name");

    /// <summary>The length of the file in bytes, including holes.</summary>
    public long? Size => SparseMap.Number(Find("realsize") ?? Find("size"));

    /// <summary>Whether the map precedes the data of the entry (version 1.0).</summary>
    public bool IsMapInData => Find("major") == "1" && Find("minor") == "0";

    /// <summary>Whether the version is supported: 0.0, 0.1 or 1.0.</summary>
    public bool IsKnown => IsMapInData || Find("major") is null or "0";

    /// <summary>The map of versions 0.0 and 0.1; <see langword="null"/> if it is invalid.</summary>
    public SparseMap? Map
    {
        get
        {
            IReadOnlyList<string> numbers = Find("map") is string map
                ? (map.Length == 0 ? Array.Empty<string>() : map.Split(','))
                : _numbers;
            bool isWhole = !_isOdd
                && (Find("numblocks") is not string count || SparseMap.Number(count) == numbers.Count / 2);
            return isWhole ? SparseMap.Parse(Size, numbers) : null;
        }
    }

    public void Set(string key, string value)
    {
        string name = key.Substring(Prefix.Length);
        if (name is "offset" or "numbytes")
        {
            // Version 0.0 repeats an offset and a length for each range.
            _isOdd |= (name == "offset") != (_numbers.Count % 2 == 0);
            _numbers.Add(value);
        }
        else
        {
            _values[name] = value;
        }
    }

    private string? Find(string name) => _values.TryGetValue(name, out string? value) ? value : null;
}
