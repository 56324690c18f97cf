using System;
using System.Collections.Generic;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Writes the entries of an <see cref="ArchiveEntryIndex"/> into a folder.</summary>
/// <remarks>Creates symbolic links last, so that no file is written through one.</remarks>
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

    /// <summary>Deletes an earlier entry that a later one replaces.</summary>
    public void Remove(ArchiveEntryNode node)
    {
        try
        {
            // Symbolic links are created last, so none exists yet.
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

    /// <summary>Records the permissions and time of a folder, which <see cref="Finish"/> applies.</summary>
    public void Describe(ArchiveEntryNode folder, int mode, DateTime? modified) =>
        _folders.Add((folder, mode, modified));

    /// <summary>Creates a file. Fails if it already exists.</summary>
    /// <param name="node">The entry.</param>
    /// <param name="mode">The permission bits; 0 if the archive has none.</param>
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
                // Drops the set-user-ID, set-group-ID and sticky bits. The system applies the umask.
                options.UnixCreateMode = (UnixFileMode)((mode & AllPermissions) | OwnerRead);
            }

            return new FileStream(path, options);
#else
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
#endif
        }
        catch (IOException) when (File.Exists(path) || Directory.Exists(path))
        {
            throw ArchiveErrors.Conflict(
                _archive, node.Path, "on this file system its name equals that of another entry");
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Failed(node, error);
        }
    }

    /// <summary>Sets the modification time of a file and closes it.</summary>
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

    /// <summary>Creates the symbolic links, then applies the folders' permissions and times.</summary>
    public void Finish(ArchiveEntryIndex tree)
    {
        tree.CheckLinks();
        foreach (ArchiveEntryNode link in tree.Links)
        {
            CreateLink(link, tree.IsFolder(link));
        }

        // In the order of the archive, so that the last description of a folder wins.
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

    /// <summary>Translates an I/O error that occurred while writing an entry.</summary>
    public ArchiveException Failed(ArchiveEntryNode node, Exception error) => ArchiveErrors.New(
        ArchiveFault.Storage,
        $"Writing '{ArchiveErrors.Shown(node.Path)}' of the archive '{ArchiveErrors.Shown(_archive)}' failed: "
            + (FileErrors.IsDiskFull(error)
                ? $"the disk is full, or a quota is exceeded ('{ArchiveErrors.Shown(_root)}')."
                : ArchiveErrors.Shown(ArchiveErrors.MessageOf(error))),
        FileErrors.IsDiskFull(error) ? "Free disk space, or use a destination on another disk."
            : error is PathTooLongException ? "Use a destination with a shorter path."
            : "Check that the path is writable and that the file system allows this name.",
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

            // On Windows this would set the time of the target.
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
        _archive,
        link.Path,
        $"it is a symbolic link to '{ArchiveErrors.Shown(target)}', which this system cannot create",
        "Use PowerShell 7 and, on Windows, turn on developer mode, or create the archive again without links.");

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

    // Windows supports no time before 1601.
    private static bool IsUsable(DateTime? time) => time is DateTime known && known.Year is > 1601 and < 9999;

    // A new folder has all permissions that the umask allows.
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
