using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

internal enum NodeKind
{
    Folder,
    File,
    Link,
}

/// <summary>A place in the tree of an archive.</summary>
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

    /// <summary>From the root on, separated by '/'; empty for the root.</summary>
    /// <remarks>Put together when asked for: paths kept for each of many deep folders would be gigabytes.</remarks>
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

    /// <summary>Whether its name is bytes that are no UTF-8, read one by one.</summary>
    public bool IsGuessed { get; init; }

    /// <summary>Whether it is among the links of its tree, or was.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether anything is in it.</summary>
    public bool HasChildren => _children is { Count: > 0 };

    /// <summary>Of a link: where it points, as the archive has it.</summary>
    public string? Target { get; set; }

    /// <summary>Of a link: UTC; <see langword="null"/> where the archive has no usable time.</summary>
    public DateTime? Modified { get; set; }

    public ArchiveEntryNode? Find(string foldedName) =>
        _children is not null && _children.TryGetValue(foldedName, out ArchiveEntryNode? child) ? child : null;

    public void Add(string foldedName, ArchiveEntryNode child, NameRules rules) =>
        (_children ??= new Dictionary<string, ArchiveEntryNode>(rules.Comparer)).Add(foldedName, child);
}

/// <summary>
/// The tree that an archive makes, built name by name before anything is written. It is where every name is judged:
/// a path that comes out of it lies in the tree, meets no other entry and goes through no link.
/// </summary>
internal sealed class ArchiveEntryIndex
{
    private const int MostLinksOnAWay = 40;
    private readonly string _archive;
    private readonly NameRules _rules;
    private readonly ExtractionLimits _limits;
    private readonly bool _isPacking;
    private readonly List<ArchiveEntryNode> _links = new();

    /// <summary>Makes an empty one.</summary>
    /// <param name="archive">The archive, or the folder that is to become one.</param>
    /// <param name="rules">What the system makes of names.</param>
    /// <param name="limits">How long paths can be, and how many.</param>
    /// <param name="isPacking">Whether the archive is yet to be made, which errors are to say.</param>
    public ArchiveEntryIndex(string archive, NameRules rules, ExtractionLimits limits, bool isPacking = false)
    {
        _isPacking = isPacking;
        _archive = archive;
        _rules = rules;
        _limits = limits;
    }

    public ArchiveEntryNode Root { get; } = new(parent: null, string.Empty, NodeKind.Folder);

    /// <summary>All links, in the order of the archive.</summary>
    public IEnumerable<ArchiveEntryNode> Links
    {
        get
        {
            foreach (ArchiveEntryNode each in _links)
            {
                // One that a later entry has replaced is none any more.
                if (each.Kind == NodeKind.Link)
                {
                    yield return each;
                }
            }
        }
    }

    /// <summary>
    /// Whether an entry replaces an earlier one of its name, as programs that append to a tar mean it; else the name is
    /// refused when it comes again.
    /// </summary>
    public bool LaterReplaces { get; init; }

    /// <summary>Files, links and folders so far, those implied by a path among them.</summary>
    public int Count { get; private set; }

    /// <summary>Called for each place before it comes into the tree, and for one that is replaced.</summary>
    public Action? Counted { get; set; }

    /// <summary>Called for an entry, as it was, before another one takes its place.</summary>
    public Action<ArchiveEntryNode>? Replaced { get; set; }

    /// <summary>
    /// Called for each folder when it comes into the tree; a parent always comes before what is in it.
    /// </summary>
    public Action<ArchiveEntryNode>? FolderAdded { get; set; }

    /// <summary>Adds an entry by the name that the archive has for it.</summary>
    /// <param name="rawName">The name; bytes that are no UTF-8 are as <see cref="TarText"/> has them.</param>
    /// <param name="kind">What it is.</param>
    public ArchiveEntryNode Add(string rawName, NodeKind kind)
    {
        string name = TarText.Readable(rawName);
        if (name.Length > _limits.MaxPathLength)
        {
            throw ArchiveErrors.TooLarge(
                _archive, $"the path '{ArchiveErrors.Shown(name)}' is {name.Length:N0} characters long",
                "Have the archive made with shorter paths.");
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

            // Each level costs time for all that is below it, however short its name is.
            if (++depth > _limits.MaxDepth)
            {
                throw ArchiveErrors.TooLarge(
                    _archive,
                    $"the path '{ArchiveErrors.Shown(name)}' is more than {_limits.MaxDepth:N0} levels deep",
                    "Have the archive made with fewer nested folders.");
            }

            // Readable text has its characters where the raw one has them.
            bool isGuessed = !ReferenceEquals(name, rawName)
                && string.CompareOrdinal(segment, 0, rawName, start - 1 - segment.Length, segment.Length) != 0;
            bool isLast = IsLast(name, start);
            node = FollowLinkSegment(name, node, segment, isLast ? kind : NodeKind.Folder, isNamed: isLast, isGuessed);
        }

        if (node == Root && kind != NodeKind.Folder)
        {
            throw Unsafe(name, "it has no name of its own");
        }

        return node;
    }

    /// <summary>The entry that a hard link of a tar names; an earlier one, as tar has it.</summary>
    /// <param name="rawName">The name.</param>
    /// <param name="fault">Why it is no name that an entry can have, if it is none.</param>
    public ArchiveEntryNode? Find(string rawName, out string? fault)
    {
        string name = TarText.Readable(rawName);
        fault = name.Length == 0 ? "it is empty" : StartFault(name);
        ArchiveEntryNode? node = Root;
        int start = 0;
        while (fault is null && node is not null && NextSegment(name, ref start) is string segment)
        {
            fault = SegmentFault(segment);
            node = node.Find(_rules.Fold(segment));
        }

        return fault is null ? node : null;
    }

    /// <summary>Follows every link through the finished tree; one that leaves it is an error.</summary>
    public void CheckLinks()
    {
        foreach (ArchiveEntryNode link in Links)
        {
            if (FindEscape(link, out _) is string fault)
            {
                string what = $"it is a link to '{ArchiveErrors.Shown(link.Target!)}', which {fault}";
                throw _isPacking
                    ? ArchiveErrors.CannotKeep(_archive, link.Path, what)
                    : ArchiveErrors.Unsafe(_archive, link.Path, what);
            }
        }
    }

    /// <summary>Whether a link comes to a folder in the end.</summary>
    public bool IsFolder(ArchiveEntryNode link) => FindEscape(link, out ArchiveEntryNode? reached) is null && reached is not null;

    /// <summary>How a link leaves the tree; <see langword="null"/> where it stays in.</summary>
    /// <param name="link">The link.</param>
    /// <param name="reached">The folder that it comes to, if it comes to one.</param>
    public string? FindEscape(ArchiveEntryNode link, out ArchiveEntryNode? reached)
    {
        reached = null;
        string target = link.Target!;
        if (target.Length == 0 || target.IndexOf('\0') >= 0)
        {
            return "is no path";
        }

        // What is still to be walked; a link on the way puts its own target in front.
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
                    return "leads out of the folder";
                }

                at = at.Parent;
                continue;
            }

            ArchiveEntryNode? next = at.Find(_rules.Fold(segment));
            if (next?.Kind == NodeKind.Link)
            {
                // A loop of links leads nowhere, and so not out; until somebody puts something else in its place.
                if (++followed > MostLinksOnAWay)
                {
                    return ahead.Contains("..") ? "has '..' after a loop of links" : null;
                }

                if (PushSegments(ahead, next.Target!) is string chained)
                {
                    return $"comes by the link '{ArchiveErrors.Shown(next.Path)}', which {chained}";
                }

                continue;
            }

            if (next is null || next.Kind == NodeKind.File)
            {
                // Dangling: a later file may fill the place, but '..' from there on would be judged by guess.
                return ahead.Contains("..") ? "has '..' after a place that is not in the archive" : null;
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
                return $"is no path here ({fault})";
            }

            ahead.Push(segment);
        }

        return null;
    }

    private ArchiveEntryNode FollowLinkSegment(
        string name, ArchiveEntryNode parent, string segment, NodeKind kind, bool isNamed, bool isGuessed)
    {
        string folded = _rules.Fold(segment);
        if (parent.Find(folded) is ArchiveEntryNode known)
        {
            return AddSegment(name, known, segment, kind, isNamed, isGuessed);
        }

        if (++Count > _limits.MaxEntries)
        {
            throw ArchiveErrors.TooManyEntries(_archive, _limits.MaxEntries);
        }

        Counted?.Invoke();
        ArchiveEntryNode node = new(parent, segment, kind) { IsGuessed = isGuessed };
        parent.Add(folded, node, _rules);
        Take(node);
        return node;
    }

    private void Take(ArchiveEntryNode node)
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

    private ArchiveEntryNode AddSegment(
        string name, ArchiveEntryNode known, string segment, NodeKind kind, bool isNamed, bool isGuessed)
    {
        if (!isNamed && known.Kind == NodeKind.Link)
        {
            throw Unsafe(name, $"it goes through the link '{ArchiveErrors.Shown(known.Path)}'");
        }

        if (known.Name != segment)
        {
            throw ArchiveErrors.Conflict(
                _archive, name, $"on this system its name is the same as that of '{ArchiveErrors.Shown(known.Path)}'");
        }

        if (known.IsGuessed != isGuessed)
        {
            throw ArchiveErrors.Conflict(
                _archive, name, "another entry has the same name in another encoding, of which one is not UTF-8");
        }

        // Folders may come twice; they add up.
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
            Take(known);
            return known;
        }

        throw ArchiveErrors.Conflict(
            _archive, name, known.Kind == kind
                ? "the archive has it twice"
                : $"'{ArchiveErrors.Shown(known.Path)}' is a {Word(known.Kind)} and cannot be a {Word(kind)} too");
    }

    private ArchiveException Unsafe(string name, string what) => _isPacking
        ? ArchiveErrors.CannotPack(_archive, name, what)
        : ArchiveErrors.Unsafe(_archive, name, what);

    private static string Word(NodeKind kind) => kind switch
    {
        NodeKind.Folder => "folder",
        NodeKind.File => "file",
        _ => "link",
    };

    // Refused on every system: an archive that is dangerous on one of them has no business on another.
    private static string? StartFault(string name) =>
        name[0] is '/' or '\\' ? "its path is absolute" : IsDrive(name) ? "its path names a drive" : null;

    private string? SegmentFault(string segment) => _rules.Fault(segment) ?? BackslashFault(segment);

    // A backslash is part of a name on Unix; it is not to hide a way out that opens on Windows.
    private static string? BackslashFault(string segment) =>
        segment.IndexOf('\\') >= 0 && Array.IndexOf(segment.Split('\\'), "..") >= 0
            ? "'..' leads out of the folder" : null;

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
