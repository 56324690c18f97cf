using System;
using System.Collections.Generic;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Writes the places of an <see cref="ArchiveEntryIndex"/> into a folder.</summary>
/// <remarks>Links are made last of all, so nothing can be written through one while files come in.</remarks>
internal sealed class DirectoryWriter
{
    private const int AllPermissions = 0x1FF;
    private const int OwnerRead = 0x100;
    private const int OwnerAll = 0x1C0;
    private readonly string _archive;
    private readonly string _root;
    private readonly List<(ArchiveEntryNode Node, int Mode, DateTime? Modified)> _folders = new();
    private readonly int _allowed;

    public DirectoryWriter(string archive, string root)
    {
        _archive = archive;
        _root = root;
        _allowed = AllowedPermissions(root);
    }

    public string PathOf(ArchiveEntryNode node)
    {
        string path = node.Path;
        if (Path.DirectorySeparatorChar != '/')
        {
            path = path.Replace('/', Path.DirectorySeparatorChar);
        }

        return path.Length == 0 ? _root : _root + Path.DirectorySeparatorChar + path;
    }

    public void CreateFolder(ArchiveEntryNode node)
    {
        string path = PathOf(node);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Failed(node, error);
        }
    }

    /// <summary>Makes room for an entry that replaces an earlier one.</summary>
    public void Remove(ArchiveEntryNode node)
    {
        try
        {
            // Links are made last of all, so none is there yet.
            if (node.Kind == NodeKind.File)
            {
                File.Delete(PathOf(node));
            }
            else if (node.Kind == NodeKind.Folder)
            {
                Directory.Delete(PathOf(node));
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Failed(node, error);
        }
    }

    /// <summary>What the archive says of a folder; it takes effect in <see cref="Finish"/>.</summary>
    public void Describe(ArchiveEntryNode folder, int mode, DateTime? modified) => _folders.Add((folder, mode, modified));

    /// <summary>Makes a new file; one that is there already is an error, whatever made it.</summary>
    /// <param name="node">Its place.</param>
    /// <param name="mode">The permission bits; 0 where the archive has none.</param>
    public FileStream CreateFile(ArchiveEntryNode node, int mode)
    {
        string path = PathOf(node);
        try
        {
#if NET
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows() && mode != 0)
            {
                // The bits for set-user-id, set-group-id and sticky are never taken over; the umask counts.
                options.UnixCreateMode = (UnixFileMode)((mode & AllPermissions) | OwnerRead);
            }

            return new FileStream(path, options);
#else
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
#endif
        }
        catch (IOException) when (File.Exists(path) || Directory.Exists(path))
        {
            throw ArchiveErrors.Conflict(_archive, node.Path, "on this file system its name is that of another entry");
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Failed(node, error);
        }
    }

    /// <summary>Sets the time of a file that was just written, and closes it.</summary>
    public static void Close(FileStream file, DateTime? modified)
    {
#if NET
        if (IsUsable(modified))
        {
            File.SetLastWriteTimeUtc(file.SafeFileHandle, modified!.Value);
        }

        file.Dispose();
#else
        string path = file.Name;
        file.Dispose();
        if (IsUsable(modified))
        {
            File.SetLastWriteTimeUtc(path, modified!.Value);
        }
#endif
    }

    /// <summary>Makes the links, then gives folders their permissions and times.</summary>
    public void Finish(ArchiveEntryIndex tree)
    {
        tree.CheckLinks();
        foreach (ArchiveEntryNode link in tree.Links)
        {
            CreateLink(link, tree.IsFolder(link));
        }

        // In the order of the archive: of two descriptions the later one counts.
        foreach ((ArchiveEntryNode node, int mode, DateTime? modified) in _folders)
        {
            if (node.Kind != NodeKind.Folder)
            {
                continue;
            }

            try
            {
                Apply(PathOf(node), mode, _allowed, modified);
            }
            catch (Exception error) when (FileErrors.IsIoError(error))
            {
                throw Failed(node, error);
            }
        }
    }

    /// <summary>The system's word on an entry, with the entry.</summary>
    public ArchiveException Failed(ArchiveEntryNode node, Exception error) => ArchiveErrors.New(
        ArchiveFault.Storage,
        $"Writing '{ArchiveErrors.Shown(node.Path)}' of the archive '{ArchiveErrors.Shown(_archive)}' failed: "
            + (FileErrors.IsDiskFull(error)
                ? $"the disk is full, or a quota is used up ('{ArchiveErrors.Shown(_root)}')."
                : ArchiveErrors.Shown(ArchiveErrors.Words(error))),
        FileErrors.IsDiskFull(error) ? "Make room, or use a destination on another disk."
            : error is PathTooLongException ? "Use a destination with a shorter path."
            : "See that the path can be written, and that the system has such names.",
        _archive, node.Path, error);

    private void CreateLink(ArchiveEntryNode link, bool toFolder)
    {
        string target = link.Target!;
#if NET
        string path = PathOf(link);
        if (Path.DirectorySeparatorChar != '/')
        {
            target = target.Replace('/', Path.DirectorySeparatorChar);
        }

        try
        {
            if (toFolder)
            {
                Directory.CreateSymbolicLink(path, target);
            }
            else
            {
                File.CreateSymbolicLink(path, target);
            }

            // Of the link itself on Unix, where Windows takes what it points to.
            if (!OperatingSystem.IsWindows() && IsUsable(link.Modified))
            {
                File.SetLastWriteTimeUtc(path, link.Modified!.Value);
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            if (OperatingSystem.IsWindows())
            {
                throw NoLinks(link, target);
            }

            throw Failed(link, error);
        }
#else
        _ = toFolder;
        throw NoLinks(link, target);
#endif
    }

    private ArchiveException NoLinks(ArchiveEntryNode link, string target) => ArchiveErrors.Unsupported(
        _archive, link.Path, $"it is a link to '{ArchiveErrors.Shown(target)}', and links cannot be made here",
        "Use PowerShell 7 and, on Windows, turn on developer mode; or have the archive made without links.");

    private static void Apply(string path, int mode, int allowed, DateTime? modified)
    {
#if NET
        if (!OperatingSystem.IsWindows() && mode != 0)
        {
            File.SetUnixFileMode(path, (UnixFileMode)((mode & allowed) | OwnerAll));
        }
#else
        _ = (mode, allowed);
#endif
        if (IsUsable(modified))
        {
            Directory.SetLastWriteTimeUtc(path, modified!.Value);
        }
    }

    // Windows knows no time before 1601.
    private static bool IsUsable(DateTime? time) => time is DateTime known && known.Year is > 1601 and < 9999;

    // A new folder has all that the umask leaves.
    private static int AllowedPermissions(string folder)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            return (int)File.GetUnixFileMode(folder) & AllPermissions;
        }
#endif
        _ = folder;
        return AllPermissions;
    }
}
