using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Something that is to be packed.</summary>
/// <param name="Name">Its name in the archive: separated by '/', and of a folder with one at the end.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Of a file: its bytes.</param>
/// <param name="Modified">UTC.</param>
/// <param name="IsExecutable">Whether its owner can run it.</param>
/// <param name="Target">Of a link: where it points, separated by '/'.</param>
internal sealed record PackItem(
    string Name, string Path, NodeKind Kind, long Length, DateTime Modified, bool IsExecutable, string? Target)
{
    /// <summary>What items become when they are expanded.</summary>
    /// <param name="items">In the order of their names.</param>
    /// <param name="limits">What is too long and too deep.</param>
    /// <returns>All entries, folders among them; what they count for; whether one is too long or too deep.</returns>
    public static (long Entries, long Bytes, bool IsTooDeep) Sum(List<PackItem> items, ExtractionLimits limits)
    {
        long entries = 0;
        long bytes = 0;
        bool isTooDeep = false;
        string before = string.Empty;
        foreach (PackItem item in items)
        {
            // Folders that the item before is not in. In the order of names, all that is in a folder stands together.
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

/// <summary>What becomes of the symbolic links in a folder that is packed.</summary>
internal enum LinkTreatment
{
    /// <summary>They stay links. One that leads out of the folder is an error.</summary>
    Keep,

    /// <summary>What they lead to is packed in their places.</summary>
    Follow,

    /// <summary>They are left out.</summary>
    Skip,
}

/// <summary>Lists what is in a folder, in an order that is the same on every machine.</summary>
internal sealed class DirectoryScan
{
    // Far beyond real folders. Links that are followed can lead in circles, and multiply what they lead to.
    private const int DeepestFollowed = 500;
    private const int MostFollowed = 1_000_000;

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
    /// <param name="path">A full path. Where it is a link itself, what it points to is meant.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="links">What becomes of links in the folder.</param>
    /// <param name="skipped">Takes the names of those that are left out.</param>
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

            // Not FullName, which is empty where the path is longer than the system can have it.
            string path = Path.Combine(folder.Path, entry.Name);
            CheckName(folder.Path, entry.Name);
            if (_links == LinkTreatment.Skip && IsLink(entry))
            {
                _skipped.Add(name);
                continue;
            }

            isEmpty = false;
            if (_links == LinkTreatment.Follow && _tree.Count >= MostFollowed)
            {
                throw ArchiveErrors.CannotPack(
                    _root, name, $"with what links lead to, there are more than {MostFollowed:N0} entries");
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
            throw ArchiveErrors.CannotFollow(_root, name, target, "it leads back to itself");
        }

        if (Directory.Exists(final!.FullName))
        {
            string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(final.FullName));
            int depth = 0;
            for (PendingDirectory? above = folder; above is not null; above = above.Above)
            {
                if (above.Path == path || ++depth > DeepestFollowed)
                {
                    throw ArchiveErrors.CannotFollow(_root, name, target, "it leads to a folder that it is in");
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
            throw ArchiveErrors.CannotFollow(_root, name, target, "there is nothing");
        }
#else
        _ = (folder, link);
        throw ArchiveErrors.CannotFollow(_root, name, target, "Windows PowerShell cannot follow it");
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

    // Bytes that are no text come as replacement characters, and the file is not found by such a name.
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

    // Not every reparse point is a link: files kept in the cloud are such too, and read like any other.
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
            "it is a link, or kept elsewhere, and Windows PowerShell cannot tell where to (PowerShell 7 can)");
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

    /// <summary>A folder that is to be listed.</summary>
    /// <param name="Path">Where it is.</param>
    /// <param name="Name">Its name in the archive, with a slash at the end; empty for the one that is packed.</param>
    /// <param name="Above">The one that it is in.</param>
    private sealed record PendingDirectory(string Path, string Name, PendingDirectory? Above);
}
