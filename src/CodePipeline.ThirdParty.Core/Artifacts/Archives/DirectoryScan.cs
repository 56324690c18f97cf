using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>An entry to pack.</summary>
/// <param name="Name">The name in the archive, separated by '/'. The name of a folder ends with '/'.</param>
/// <param name="Path">The path on disk.</param>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Length">The length of a file in bytes.</param>
/// <param name="Modified">The modification time in UTC.</param>
/// <param name="IsExecutable">Whether its owner can execute it.</param>
/// <param name="Target">The target of a symbolic link, separated by '/'.</param>
internal sealed record PackItem(
    string Name, string Path, NodeKind Kind, long Length, DateTime Modified, bool IsExecutable, string? Target)
{
    /// <summary>Computes the totals that expanding the items counts against the limits.</summary>
    /// <param name="items">The items, in the order of their names.</param>
    /// <param name="limits">The limits for the length and depth of paths.</param>
    /// <returns>
    /// The number of entries including folders, the bytes that they count for, and whether a path exceeds the limits.
    /// </returns>
    public static (long Entries, long Bytes, bool IsTooDeep) Sum(List<PackItem> items, ExtractionLimits limits)
    {
        long entries = 0;
        long bytes = 0;
        bool isTooDeep = false;
        string before = string.Empty;
        foreach (PackItem item in items)
        {
            // Count folders that the previous item does not share. Sorted names keep a folder's items together.
            int depth = 1;
            bool isShared = true;
            for (int index = 0; index < item.Name.Length; index++)
            {
                isShared &= index < before.Length && before[index] == item.Name[index];
                if (item.Name[index] == '/')
                {
                    depth++;
                    entries += isShared ? 0 : 1;
                    bytes += isShared ? 0 : ExtractionLimits.Block;
                }
            }

            if (item.Kind != NodeKind.Folder)
            {
                entries++;
                bytes += ExtractionLimits.Charge(item.Length);
            }

            depth -= item.Kind == NodeKind.Folder ? 1 : 0;
            isTooDeep |= item.Name.Length > limits.MaxPathLength || depth > limits.MaxDepth;
            before = item.Name;
        }

        return (entries, bytes, isTooDeep);
    }
}

/// <summary>How to pack the symbolic links in a folder.</summary>
internal enum LinkTreatment
{
    /// <summary>Pack them as symbolic links. One that points outside the folder is an error.</summary>
    Keep,

    /// <summary>Pack their targets instead.</summary>
    Follow,

    /// <summary>Omit them.</summary>
    Skip,
}

/// <summary>Lists the content of a folder in an order that is the same on every machine.</summary>
internal sealed class DirectoryScan
{
    // Far more than real folders need. Followed links can form cycles or multiply their targets.
    private const int MaximumFollowedDepth = 500;
    private const int MaximumFollowedEntries = 1_000_000;

    private static readonly ExtractionLimits s_noLimits =
        new() { MaxEntries = int.MaxValue, MaxPathLength = int.MaxValue, MaxDepth = int.MaxValue };

    private readonly string _root;
    private readonly LinkTreatment _links;
    private readonly List<PackItem> _items = new();
    private readonly List<string> _skipped = new();
    private readonly Stack<PendingDirectory> _folders = new();
    private readonly ArchiveEntryIndex _tree;

    private DirectoryScan(string root, LinkTreatment links)
    {
        _root = root;
        _links = links;
        _tree = new ArchiveEntryIndex(root, NameRules.Linux, s_noLimits, isPacking: true);
    }

    /// <summary>Lists a folder, or a single file under its own name.</summary>
    /// <param name="path">The full path. If it is a symbolic link, its target is listed.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <param name="links">How to treat symbolic links in the folder.</param>
    /// <param name="skipped">Receives the names of omitted symbolic links.</param>
    public static List<PackItem> Scan(
        string path, CancellationToken cancellationToken, LinkTreatment links = LinkTreatment.Keep,
        Action<string>? skipped = null)
    {
        DirectoryScan scan = new(path, links);
        try
        {
            if (File.Exists(path))
            {
                return [SingleFile(path)];
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", path, error);
        }

        scan.Run(cancellationToken);
        scan._skipped.Sort(StringComparer.Ordinal);
        scan._skipped.ForEach(name => skipped?.Invoke(name));
        return scan._items;
    }

    private void Run(CancellationToken cancellationToken)
    {
        _folders.Push(new PendingDirectory(_root, string.Empty, Above: null));
        while (_folders.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PendingDirectory folder = _folders.Pop();
            try
            {
                ScanOne(folder);
            }
            catch (Exception error) when (FileErrors.IsIoError(error))
            {
                throw ArchiveErrors.Storage("Reading the folder", folder.Path, error);
            }
        }

        _tree.CheckLinks();
        _items.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    private void ScanOne(PendingDirectory folder)
    {
        bool isEmpty = true;
        foreach (FileSystemInfo entry in new DirectoryInfo(folder.Path).EnumerateFileSystemInfos())
        {
            string name = folder.Name + entry.Name;

            // Not FullName, which is empty if the path is too long for the system.
            string path = Path.Combine(folder.Path, entry.Name);
            CheckName(folder.Path, entry.Name);
            if (_links == LinkTreatment.Skip && IsLink(entry))
            {
                _skipped.Add(name);
                continue;
            }

            isEmpty = false;
            if (_links == LinkTreatment.Follow && _tree.Count >= MaximumFollowedEntries)
            {
                throw ArchiveErrors.CannotPack(
                    _root,
                    name,
                    $"with the targets of links, the folder has more than {MaximumFollowedEntries:N0} entries");
            }

            if (IsLink(entry))
            {
                string target = TargetOf(entry, path);
                if (_links == LinkTreatment.Follow)
                {
                    Follow(folder, entry, name, target);
                    continue;
                }

                _tree.Add(name, NodeKind.Link).Target = target;
                _items.Add(new PackItem(
                    name, path, NodeKind.Link, 0, entry.LastWriteTimeUtc, IsExecutable: false, target));
            }
            else if (entry is DirectoryInfo)
            {
                _tree.Add(name, NodeKind.Folder);
                _folders.Push(new PendingDirectory(path, name + "/", folder));
            }
            else
            {
                _tree.Add(name, NodeKind.File);
                _items.Add(FileItem((FileInfo)entry, path, name));
            }
        }

        if (isEmpty && folder.Name.Length > 0)
        {
            _items.Add(new PackItem(
                folder.Name, folder.Path, NodeKind.Folder, 0, default, IsExecutable: false, null));
        }
    }

    private void Follow(PendingDirectory folder, FileSystemInfo link, string name, string target)
    {
#if NET
        FileSystemInfo? final;
        try
        {
            final = link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            throw ArchiveErrors.CannotFollow(_root, name, target, "following it leads to a loop");
        }

        if (Directory.Exists(final!.FullName))
        {
            string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(final.FullName));
            int depth = 0;
            for (PendingDirectory? above = folder; above is not null; above = above.Above)
            {
                if (above.Path == path || ++depth > MaximumFollowedDepth)
                {
                    throw ArchiveErrors.CannotFollow(_root, name, target, "the target folder contains the link");
                }
            }

            _tree.Add(name, NodeKind.Folder);
            _folders.Push(new PendingDirectory(path, name + "/", folder));
        }
        else if (File.Exists(final.FullName))
        {
            _tree.Add(name, NodeKind.File);
            _items.Add(FileItem(new FileInfo(final.FullName), final.FullName, name));
        }
        else
        {
            throw ArchiveErrors.CannotFollow(_root, name, target, "the target does not exist");
        }
#else
        _ = (folder, link);
        throw ArchiveErrors.CannotFollow(_root, name, target, "Windows PowerShell cannot follow symbolic links");
#endif
    }

    private static PackItem SingleFile(string path)
    {
        FileInfo file = new(path);
#if NET
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
#endif
        return FileItem(file, file.FullName, Path.GetFileName(path));
    }

    private static PackItem FileItem(FileInfo file, string path, string name)
    {
        long length = file.Length;
        if (length == 0 && FileTypeProbe.Is(path))
        {
            throw ArchiveErrors.CannotPack(
                Path.GetDirectoryName(path)!, Path.GetFileName(path), "it is a pipe, a socket or a device");
        }

        return new PackItem(name, path, NodeKind.File, length, file.LastWriteTimeUtc, IsExecutable(file), null);
    }

    // .NET shows invalid bytes as replacement characters, and cannot open the file by that name.
    private static void CheckName(string folder, string name)
    {
        for (int index = 0; index < name.Length; index++)
        {
            bool isPair = char.IsHighSurrogate(name[index])
                && index + 1 < name.Length && char.IsLowSurrogate(name[index + 1]);
            if (isPair)
            {
                index++;
            }
            else if (char.IsSurrogate(name[index]) || name[index] == '\ufffd')
            {
                throw ArchiveErrors.CannotPack(folder, name, "its name is not valid Unicode text");
            }
        }
    }

    // Not every reparse point is a symbolic link. Cloud files are reparse points too, but read like files.
    private static bool IsLink(FileSystemInfo entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0
#if NET
        && entry.LinkTarget is not null
#endif
        ;

    private static string TargetOf(FileSystemInfo link, string path)
    {
#if NET
        _ = path;
        string target = link.LinkTarget!;
        return Path.DirectorySeparatorChar == '/' ? target : target.Replace(Path.DirectorySeparatorChar, '/');
#else
        throw ArchiveErrors.CannotPack(
            Path.GetDirectoryName(path)!, link.Name,
            "it is a symbolic link or a cloud file, and Windows PowerShell cannot read its target (PowerShell 7 can)");
#endif
    }

    private static bool IsExecutable(FileInfo file)
    {
#if NET
        return !OperatingSystem.IsWindows() && (file.UnixFileMode & UnixFileMode.UserExecute) != 0;
#else
        _ = file;
        return false;
#endif
    }

    /// <summary>A folder to list.</summary>
    /// <param name="Path">The path on disk.</param>
    /// <param name="Name">The name in the archive, with a trailing slash; empty for the root.</param>
    /// <param name="Above">The folder that led to it; <see langword="null"/> for the root.</param>
    private sealed record PendingDirectory(string Path, string Name, PendingDirectory? Above);
}
