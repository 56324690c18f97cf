using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The records of the PAX form by which GNU tar and bsdtar mark a file whose holes they left out.</summary>
internal sealed class SparseAttributes
{
    /// <summary>What the keys of all of them begin with.</summary>
    public const string Prefix = "GNU.sparse.";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _numbers = new();
    private bool _isOdd;

    /// <summary>The name of the file; that of the entry is made up, for programs that do not know these records.</summary>
    public string? Name => Find("name");

    /// <summary>How long the file is, with its holes.</summary>
    public long? Size => SparseMap.Number(Find("realsize") ?? Find("size"));

    /// <summary>Whether the map stands before the data of the entry (version 1.0).</summary>
    public bool IsMapInData => Find("major") == "1" && Find("minor") == "0";

    /// <summary>Whether it is of a version that is read here: 0.0, 0.1 or 1.0.</summary>
    public bool IsKnown => IsMapInData || Find("major") is null or "0";

    /// <summary>The map of versions 0.0 and 0.1; <see langword="null"/> where it makes no sense.</summary>
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
            // Version 0.0 has one of each for every piece, by turns.
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
