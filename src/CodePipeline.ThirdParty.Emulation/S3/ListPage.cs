using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A page of a list: entries, and common prefixes that replace groups of entries.</summary>
internal sealed class ListPage<T>
{
    private readonly List<T> _entries = new();
    private readonly List<string> _prefixes = new();

    private ListPage()
    {
    }

    internal IReadOnlyList<T> Entries => _entries;

    internal IReadOnlyList<string> Prefixes => _prefixes;

    internal bool IsTruncated { get; private set; }

    /// <summary>The last key or prefix of the page; the next page starts after it.</summary>
    internal string Last { get; private set; } = string.Empty;

    /// <summary>Creates the page that follows a key or prefix.</summary>
    /// <param name="all">All entries with the prefix, in order.</param>
    /// <param name="keyOf">Returns the key of an entry.</param>
    /// <param name="prefix">The prefix of all keys.</param>
    /// <param name="delimiter">The delimiter that ends a common prefix; empty for no common prefixes.</param>
    /// <param name="after">The last key or prefix of the previous page; empty for the first page.</param>
    /// <param name="most">The most entries and prefixes on the page.</param>
    internal static ListPage<T> Create(
        IReadOnlyList<T> all, Func<T, string> keyOf, string prefix, string delimiter, string after, int most)
    {
        ListPage<T> page = new();
        foreach (T entry in all)
        {
            string key = keyOf(entry);
            int cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string name = cut < 0 ? key : key.Substring(0, cut + delimiter.Length);
            bool isListed = cut >= 0 && page._prefixes.Count > 0 && page._prefixes[page._prefixes.Count - 1] == name;
            if (isListed || (after.Length > 0 && KeyComparer.Instance.Compare(name, after) <= 0))
            {
                continue;
            }

            if (page._entries.Count + page._prefixes.Count >= most)
            {
                page.IsTruncated = most > 0;
                break;
            }

            page.Last = name;
            if (cut < 0)
            {
                page._entries.Add(entry);
            }
            else
            {
                page._prefixes.Add(name);
            }
        }

        return page;
    }
}
