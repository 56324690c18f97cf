using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Something that is to be packed.</summary>
/// <param name="Name">Its name in the archive: separated by '/', and of a folder with one at the end.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Of a file: its bytes.</param>
/// <param name="Modified">UTC.</param>
/// <param name="IsExecutable">Whether its owner can run it.</param>
/// <param name="Target">Of a link: where it points, separated by '/'.</param>
internal sealed record PackItem(
    string Name, string Path, NodeKind Kind, long Length, DateTime Modified, bool IsExecutable, string? Target);

/// <summary>Lists what is in a folder, in an order that is the same on every machine.</summary>
internal static class FolderScan
{
    private static readonly ExtractionLimits s_noLimits =
        new() { MaxEntries = int.MaxValue, MaxPathLength = int.MaxValue, MaxDepth = int.MaxValue };

    /// <summary>Lists a folder, or a single file under its own name.</summary>
    /// <param name="path">A full path. Where it is a link itself, what it points to is meant.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static List<PackItem> Scan(string path, CancellationToken cancellationToken)
    {
        List<PackItem> items = new();
        try
        {
            if (File.Exists(path))
            {
                items.Add(SingleFile(path));
                return items;
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArchiveErrors.Storage("Reading", path, error);
        }

        EntryTree tree = new(path, NameRules.Linux, s_noLimits, isPacking: true);
        Stack<(DirectoryInfo Folder, string Name)> folders = new();
        folders.Push((new DirectoryInfo(path), string.Empty));
        while (folders.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (DirectoryInfo folder, string name) = folders.Pop();
            try
            {
                ScanOne(folder, name, items, folders, tree);
            }
            catch (Exception error) when (FileErrors.IsOfSystem(error))
            {
                throw ArchiveErrors.Storage("Reading the folder", folder.FullName, error);
            }
        }

        tree.CheckLinks();
        items.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return items;
    }

    private static void ScanOne(
        DirectoryInfo folder, string name, List<PackItem> items, Stack<(DirectoryInfo Folder, string Name)> folders,
        EntryTree tree)
    {
        bool isEmpty = true;
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            isEmpty = false;
            string entryName = name + entry.Name;
            CheckName(folder, entry.Name);
            if (TargetOf(entry) is string target)
            {
                tree.Add(entryName, NodeKind.Link).Target = target;
                items.Add(new PackItem(
                    entryName, entry.FullName, NodeKind.Link, 0, entry.LastWriteTimeUtc, IsExecutable: false, target));
            }
            else if (entry is DirectoryInfo inner)
            {
                tree.Add(entryName, NodeKind.Folder);
                folders.Push((inner, entryName + "/"));
            }
            else
            {
                tree.Add(entryName, NodeKind.File);
                items.Add(FileItem((FileInfo)entry, entryName));
            }
        }

        if (isEmpty && name.Length > 0)
        {
            items.Add(new PackItem(name, folder.FullName, NodeKind.Folder, 0, default, IsExecutable: false, null));
        }
    }

    private static PackItem SingleFile(string path)
    {
        FileInfo file = new(path);
#if NET
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
#endif
        return FileItem(file, Path.GetFileName(path));
    }

    private static PackItem FileItem(FileInfo file, string name)
    {
        long length = file.Length;
        if (length == 0)
        {
            SpecialFiles.Refuse(file.FullName);
        }

        return new PackItem(
            name, file.FullName, NodeKind.File, length, file.LastWriteTimeUtc, IsExecutable(file), null);
    }

    // Bytes that are no text come as replacement characters, and the file is not found by such a name.
    private static void CheckName(DirectoryInfo folder, string name)
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
                throw ArchiveErrors.CannotPack(folder.FullName, name, "its name is not valid Unicode text");
            }
        }
    }

    private static string? TargetOf(FileSystemInfo entry)
    {
        if ((entry.Attributes & FileAttributes.ReparsePoint) == 0)
        {
            return null;
        }
#if NET
        // Not every reparse point is a link: files kept in the cloud are such too, and read like any other.
        string? target = entry.LinkTarget;
        return Path.DirectorySeparatorChar == '/' ? target : target?.Replace(Path.DirectorySeparatorChar, '/');
#else
        throw ArchiveErrors.CannotPack(
            Path.GetDirectoryName(entry.FullName)!, entry.Name,
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
}
