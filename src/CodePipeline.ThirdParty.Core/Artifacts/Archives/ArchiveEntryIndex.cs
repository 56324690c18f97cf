using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

internal enum NodeKind
{
    Folder,
    File,
    Link,
}

/// <summary>A file, folder or symbolic link in the index of an archive.</summary>
internal sealed class ArchiveEntryNode
{
    private Dictionary<string, ArchiveEntryNode>? _children;

    public ArchiveEntryNode(ArchiveEntryNode? parent, string name, NodeKind kind)
    {
        Parent = parent;
        Name = name;
        Kind = kind;
    }

    public ArchiveEntryNode? Parent { get; }

    public string Name { get; }

    /// <summary>The path from the root, separated by '/'; empty for the root.</summary>
    /// <remarks>Built on demand, because stored paths of many deep folders would take gigabytes.</remarks>
    public string Path
    {
        get
        {
            if (Parent?.Parent is null)
            {
                return Name;
            }

            List<string> names = new();
            for (ArchiveEntryNode? each = this; each?.Parent is not null; each = each.Parent)
            {
                names.Add(each.Name);
            }

            names.Reverse();
            return string.Join("/", names);
        }
    }

    public NodeKind Kind { get; set; }

    /// <summary>Whether the name was not UTF-8 and was decoded as Latin-1.</summary>
    public bool IsGuessed { get; init; }

    /// <summary>Whether the index lists it among its symbolic links.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether the folder contains entries.</summary>
    public bool HasChildren => _children is { Count: > 0 };

    /// <summary>The target of a symbolic link, as stored in the archive.</summary>
    public string? Target { get; set; }

    /// <summary>The time of a symbolic link, in UTC; <see langword="null"/> if the archive has none.</summary>
    public DateTime? Modified { get; set; }

    public ArchiveEntryNode? Find(string foldedName) =>
        _children is not null && _children.TryGetValue(foldedName, out ArchiveEntryNode? child) ? child : null;

    public void Add(string foldedName, ArchiveEntryNode child, NameRules rules) =>
        (_children ??= new Dictionary<string, ArchiveEntryNode>(rules.Comparer)).Add(foldedName, child);
}

/// <summary>
/// The tree of an archive's entries. It validates each name before the entry is written: the path stays inside the
/// tree, is unique, and passes through no symbolic link.
/// </summary>
internal sealed class ArchiveEntryIndex
{
    private const int MaximumLinksFollowed = 40;
    private readonly string _archive;
    private readonly NameRules _rules;
    private readonly ExtractionLimits _limits;
    private readonly bool _isPacking;
    private readonly List<ArchiveEntryNode> _links = new();

    /// <summary>Creates an empty index.</summary>
    /// <param name="archive">The archive, or the folder to pack.</param>
    /// <param name="rules">The file-name rules of the target system.</param>
    /// <param name="limits">The limits for the length, depth and number of paths.</param>
    /// <param name="isPacking">Whether a folder is packed, which changes the wording of errors.</param>
    public ArchiveEntryIndex(string archive, NameRules rules, ExtractionLimits limits, bool isPacking = false)
    {
        _isPacking = isPacking;
        _archive = archive;
        _rules = rules;
        _limits = limits;
    }

    public ArchiveEntryNode Root { get; } = new(parent: null, string.Empty, NodeKind.Folder);

    /// <summary>All symbolic links, in the order of the archive.</summary>
    public IEnumerable<ArchiveEntryNode> Links
    {
        get
        {
            foreach (ArchiveEntryNode each in _links)
            {
                // A later entry may have replaced the link.
                if (each.Kind == NodeKind.Link)
                {
                    yield return each;
                }
            }
        }
    }

    /// <summary>
    /// Whether a later entry replaces an earlier one of the same name, as in a tar that was appended to. Otherwise a
    /// repeated name is an error.
    /// </summary>
    public bool LaterReplaces { get; init; }

    /// <summary>The number of files, symbolic links and folders so far, including folders implied by paths.</summary>
    public int Count { get; private set; }

    /// <summary>Called before each entry is added or replaced.</summary>
    public Action? Counted { get; set; }

    /// <summary>Called with an entry before a later one replaces it.</summary>
    public Action<ArchiveEntryNode>? Replaced { get; set; }

    /// <summary>
    /// Called for each added folder. A parent comes before its content.
    /// </summary>
    public Action<ArchiveEntryNode>? FolderAdded { get; set; }

    /// <summary>Validates the name of an entry and adds the entry.</summary>
    /// <param name="rawName">The stored name, with invalid UTF-8 encoded by <see cref="TarText"/>.</param>
    /// <param name="kind">The kind of the entry.</param>
    public ArchiveEntryNode Add(string rawName, NodeKind kind)
    {
        string name = TarText.Readable(rawName);
        if (name.Length > _limits.MaxPathLength)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"the path '{ArchiveErrors.Shown(name)}' is {name.Length:N0} characters long",
                "Create the archive again with shorter paths.");
        }

        if (name.Length == 0)
        {
            throw ArchiveErrors.Damaged(_archive, "an entry has no name");
        }

        if (StartFault(name) is string absolute)
        {
            throw Unsafe(name, absolute);
        }

        ArchiveEntryNode node = Root;
        int start = 0;
        int depth = 0;
        while (NextSegment(name, ref start) is string segment)
        {
            if (SegmentFault(segment) is string fault)
            {
                throw Unsafe(name, fault);
            }

            // Each level costs time for everything below it, even with short names.
            if (++depth > _limits.MaxDepth)
            {
                throw ArchiveErrors.TooLarge(
                    _archive,
                    $"the path '{ArchiveErrors.Shown(name)}' is more than {_limits.MaxDepth:N0} levels deep",
                    "Create the archive again with fewer nested folders.");
            }

            // The readable and the raw text have the same length, so positions match.
            bool isGuessed = !ReferenceEquals(name, rawName)
                && string.CompareOrdinal(segment, 0, rawName, start - 1 - segment.Length, segment.Length) != 0;
            bool isLast = IsLast(name, start);
            node = AddSegment(name, node, segment, isLast ? kind : NodeKind.Folder, isNamed: isLast, isGuessed);
        }

        if (node == Root && kind != NodeKind.Folder)
        {
            throw Unsafe(name, "its path names no file");
        }

        return node;
    }

    /// <summary>Finds the earlier entry that a hard link of a tar refers to.</summary>
    /// <param name="rawName">The stored name.</param>
    /// <param name="fault">Why the name is invalid; <see langword="null"/> if it is valid.</param>
    public ArchiveEntryNode? Find(string rawName, out string? fault)
    {
        string name = TarText.Readable(rawName);
        fault = name.Length == 0 ? "that name is empty" : StartFault(name);
        ArchiveEntryNode? node = Root;
        int start = 0;
        while (fault is null && node is not null && NextSegment(name, ref start) is string segment)
        {
            fault = SegmentFault(segment);
            node = node.Find(_rules.Fold(segment));
        }

        return fault is null ? node : null;
    }

    /// <summary>Verifies that no symbolic link of the finished tree points outside it.</summary>
    public void CheckLinks()
    {
        foreach (ArchiveEntryNode link in Links)
        {
            if (FindEscape(link, out _) is string fault)
            {
                string what = $"it is a symbolic link to '{ArchiveErrors.Shown(link.Target!)}', which {fault}";
                throw _isPacking
                    ? ArchiveErrors.CannotKeep(_archive, link.Path, what)
                    : ArchiveErrors.Unsafe(_archive, link.Path, what);
            }
        }
    }

    /// <summary>Whether a symbolic link resolves to a folder.</summary>
    public bool IsFolder(ArchiveEntryNode link) =>
        FindEscape(link, out ArchiveEntryNode? reached) is null && reached is not null;

    /// <summary>
    /// Describes how a symbolic link leaves the tree. Returns <see langword="null"/> if it stays inside.
    /// </summary>
    /// <param name="link">The symbolic link.</param>
    /// <param name="reached">
    /// The folder that the link resolves to; <see langword="null"/> if it is not a folder.
    /// </param>
    public string? FindEscape(ArchiveEntryNode link, out ArchiveEntryNode? reached)
    {
        reached = null;
        string target = link.Target!;
        if (target.Length == 0 || target.IndexOf('\0') >= 0)
        {
            return "is not a path";
        }

        // The remaining segments. A symbolic link on the way pushes the segments of its own target.
        Stack<string> ahead = new();
        int followed = 0;
        if (PushSegments(ahead, target) is string fault)
        {
            return fault;
        }

        ArchiveEntryNode at = link.Parent!;
        while (ahead.Count > 0)
        {
            string segment = ahead.Pop();
            if (segment == "..")
            {
                if (at.Parent is null)
                {
                    return "points outside the folder";
                }

                at = at.Parent;
                continue;
            }

            ArchiveEntryNode? next = at.Find(_rules.Fold(segment));
            if (next?.Kind == NodeKind.Link)
            {
                // A loop resolves to nothing, which is safe. With '..' after it, a later replacement could escape.
                if (++followed > MaximumLinksFollowed)
                {
                    return ahead.Contains("..") ? "has '..' after a loop of symbolic links" : null;
                }

                if (PushSegments(ahead, next.Target!) is string chained)
                {
                    return $"passes through the link '{ArchiveErrors.Shown(next.Path)}', which {chained}";
                }

                continue;
            }

            if (next is null || next.Kind == NodeKind.File)
            {
                // Dangling, which is safe. With '..' after it, a later file or link could make it escape.
                return ahead.Contains("..") ? "has '..' after a name that is not a folder in the archive" : null;
            }

            at = next;
        }

        reached = at;
        return null;
    }

    private string? PushSegments(Stack<string> ahead, string target)
    {
        if (target.Length == 0 || target[0] is '/' or '\\' || IsDrive(target))
        {
            return "is absolute";
        }

        string[] segments = target.Split(_rules.IsWindows ? new[] { '/', '\\' } : new[] { '/' });
        for (int index = segments.Length - 1; index >= 0; index--)
        {
            string segment = segments[index];
            if (segment.Length == 0 || segment == ".")
            {
                continue;
            }

            if (segment != ".." && SegmentFault(segment) is string fault)
            {
                return $"is not a valid path on this system ({fault})";
            }

            ahead.Push(segment);
        }

        return null;
    }

    private ArchiveEntryNode AddSegment(
        string name, ArchiveEntryNode parent, string segment, NodeKind kind, bool isNamed, bool isGuessed)
    {
        string folded = _rules.Fold(segment);
        if (parent.Find(folded) is ArchiveEntryNode known)
        {
            return MergeSegment(name, known, segment, kind, isNamed, isGuessed);
        }

        if (++Count > _limits.MaxEntries)
        {
            throw ArchiveErrors.TooManyEntries(_archive, _limits.MaxEntries);
        }

        Counted?.Invoke();
        ArchiveEntryNode node = new(parent, segment, kind) { IsGuessed = isGuessed };
        parent.Add(folded, node, _rules);
        NotifyAdded(node);
        return node;
    }

    private void NotifyAdded(ArchiveEntryNode node)
    {
        if (node.Kind == NodeKind.Folder)
        {
            FolderAdded?.Invoke(node);
        }
        else if (node.Kind == NodeKind.Link && !node.IsListed)
        {
            node.IsListed = true;
            _links.Add(node);
        }
    }

    private ArchiveEntryNode MergeSegment(
        string name, ArchiveEntryNode known, string segment, NodeKind kind, bool isNamed, bool isGuessed)
    {
        if (!isNamed && known.Kind == NodeKind.Link)
        {
            throw Unsafe(name, $"its path passes through the link '{ArchiveErrors.Shown(known.Path)}'");
        }

        if (known.Name != segment)
        {
            throw ArchiveErrors.Conflict(
                _archive, name, $"on this system its name equals that of '{ArchiveErrors.Shown(known.Path)}'");
        }

        if (known.IsGuessed != isGuessed)
        {
            throw ArchiveErrors.Conflict(
                _archive, name, "another entry has the same name in a different encoding");
        }

        // A repeated folder is allowed; the contents merge.
        if (kind == NodeKind.Folder && known.Kind == NodeKind.Folder)
        {
            return known;
        }

        if (LaterReplaces && isNamed && (known.Kind != NodeKind.Folder || !known.HasChildren))
        {
            Counted?.Invoke();
            Replaced?.Invoke(known);
            known.Kind = kind;
            known.Target = null;
            NotifyAdded(known);
            return known;
        }

        throw ArchiveErrors.Conflict(
            _archive, name, known.Kind == kind
                ? "the archive contains it twice"
                : $"'{ArchiveErrors.Shown(known.Path)}' is a {DescribeKind(known.Kind)} and cannot also be a "
                    + DescribeKind(kind));
    }

    private ArchiveException Unsafe(string name, string what) => _isPacking
        ? ArchiveErrors.CannotPack(_archive, name, what)
        : ArchiveErrors.Unsafe(_archive, name, what);

    private static string DescribeKind(NodeKind kind) => kind switch
    {
        NodeKind.Folder => "folder",
        NodeKind.File => "file",
        _ => "symbolic link",
    };

    // Rejected on every system, because an archive that is dangerous on one system is suspicious on all.
    private static string? StartFault(string name) =>
        name[0] is '/' or '\\' ? "its path is absolute" : IsDrive(name) ? "its path names a drive" : null;

    private string? SegmentFault(string segment) => _rules.Fault(segment) ?? BackslashFault(segment);

    // On Unix a backslash is part of a name, but it must not hide a '..' that Windows would follow.
    private static string? BackslashFault(string segment) =>
        segment.IndexOf('\\') >= 0 && Array.IndexOf(segment.Split('\\'), "..") >= 0
            ? "'..' points outside the folder" : null;

    private static bool IsDrive(string path) => path.Length >= 2 && path[1] == ':'
        && path[0] is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z')
        && (path.Length == 2 || path[2] is '/' or '\\');

    private static string? NextSegment(string name, ref int start)
    {
        while (start < name.Length)
        {
            int end = name.IndexOf('/', start);
            end = end < 0 ? name.Length : end;
            string segment = name.Substring(start, end - start);
            start = end + 1;
            if (segment.Length > 0 && segment != ".")
            {
                return segment;
            }
        }

        return null;
    }

    private static bool IsLast(string name, int start) => NextSegment(name, ref start) is null;
}
