using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// Where an archive is expanded before it lands: a hidden folder, its owner's only, on the volume of the destination.
/// What is in it when it is disposed is gone; what a killed process left is found by the next one and removed.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private const string Prefix = ".cpartifact-";
    private const string ContentName = "new";
    private const string AsideName = "old";
    private const int LongestName = 255;
    private readonly OwnedFolder _folder;
    private readonly string _destination;
    private readonly string? _createdParent;
    private readonly bool _isInside;
    private readonly bool _replace;
    private bool _landed;
    private bool _disposed;

    private StagingFolder(
        OwnedFolder folder, string destination, bool replace, bool isInside, string? createdParent)
    {
        _folder = folder;
        _replace = replace;
        _destination = destination;
        _isInside = isInside;
        _createdParent = createdParent;
    }

    /// <summary>The folder to fill.</summary>
    public string Content => Path.Combine(_folder.Path, ContentName);

    private string Aside => Path.Combine(_folder.Path, AsideName);

    /// <summary>Makes one for a destination, in which there is nothing unless it is to be replaced.</summary>
    /// <param name="destination">A full path.</param>
    /// <param name="replace">Whether a destination with content is replaced as a whole.</param>
    /// <param name="clock">Tells the age of what others left.</param>
    public static StagingFolder Create(string destination, bool replace, TimeProvider clock)
    {
        string? parent = Path.GetDirectoryName(destination);
        if (!Links.IsLink(destination))
        {
            OwnedFolder.Sweep(destination, Prefix, clock, RestoreSetAside);
        }

        if (parent is not null)
        {
            OwnedFolder.Sweep(parent, Prefix, clock, RestoreSetAside);
        }

        Check(destination, replace);
        try
        {
            string? created = parent is null ? null : DirectoryOperations.TopmostMissing(parent);
            try
            {
                if (created is not null)
                {
                    Directory.CreateDirectory(parent!);
                }

                return CreateBesideOrInside(destination, replace, parent, created);
            }
            catch
            {
                if (created is not null)
                {
                    DirectoryOperations.RemoveEmpty(parent, created);
                }

                throw;
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Making a folder for", destination, error);
        }
    }

    /// <summary>Moves the content to the destination. On failure what was there before is put back.</summary>
    public void Commit()
    {
        // Time has passed, and somebody else may have landed there.
        Check(_destination, _replace);
        try
        {
            bool isLink = Links.IsLink(_destination);
            if (!isLink && !Directory.Exists(_destination))
            {
                Directory.Move(Content, _destination);
            }
            else if (!isLink && (_isInside || IsInUse(_destination)))
            {
                CommitChildren();
            }
            else
            {
                CommitWhole();
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Moving what was expanded to", _destination, error);
        }

        _landed = true;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _folder.Dispose();
        if (!_landed && _createdParent is not null)
        {
            DirectoryOperations.RemoveEmpty(Path.GetDirectoryName(_destination), _createdParent);
        }
    }

    private static void Check(string destination, bool replace)
    {
        if (Links.IsLink(destination))
        {
            if (!replace)
            {
                throw ArchiveErrors.New(
                    ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' is a link.",
                    "Name the folder that it leads to, or have the link replaced.", destination);
            }

            // The link gives way, and what it leads to stays as it is.
            return;
        }

        if (File.Exists(destination))
        {
            throw ArchiveErrors.New(
                ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' is a file.",
                "Name a folder that does not exist yet, or is empty.", destination);
        }

        if (!replace && Directory.Exists(destination) && !IsEmpty(destination))
        {
            throw ArchiveErrors.New(
                ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' has content.",
                "Name a folder that does not exist yet or is empty, or have this one replaced as a whole.",
                destination);
        }
    }

    private static bool IsEmpty(string folder)
    {
        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
            {
                if (!IsOurs(entry))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading the folder", folder, error);
        }
    }

    private static bool IsOurs(string path) => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    private static StagingFolder CreateBesideOrInside(
        string destination, bool replace, string? parent, string? createdParent)
    {
        if (parent is not null)
        {
            try
            {
                StagingFolder beside = CreateIn(parent, destination, replace, isInside: false, createdParent);
                if (beside.CanReachDestination())
                {
                    return beside;
                }

                beside.Dispose();
            }
            catch (Exception error)
                when (FileErrors.IsIoError(error) && Directory.Exists(destination) && !Links.IsLink(destination))
            {
                // No rights beside it, as in a folder that was prepared for this account.
            }
        }

        return CreateIn(destination, destination, replace, isInside: true, createdParent);
    }

    // The folder's note is the destination's name, for a sweep to put back what was set aside.
    private static StagingFolder CreateIn(
        string place, string destination, bool replace, bool isInside, string? createdParent)
    {
        OwnedFolder folder = OwnedFolder.Create(
            place, Prefix, isInside ? string.Empty : Path.GetFileName(destination), isHidden: true);
        StagingFolder staging = new(folder, destination, replace, isInside, createdParent);
        try
        {
            Directory.CreateDirectory(staging.Content);
            return staging;
        }
        catch
        {
            staging.Dispose();
            throw;
        }
    }

    // A destination that is a volume of its own is not to be reached by renaming.
    private bool CanReachDestination()
    {
        if (Links.IsLink(_destination) || !Directory.Exists(_destination))
        {
            return true;
        }

        string there = Path.Combine(_destination, Path.GetFileName(_folder.Path));
        try
        {
            Directory.Move(Content, there);
            Directory.Move(there, Content);
            return true;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return false;
        }
    }

    private void CommitWhole()
    {
        if (!Links.IsLink(_destination))
        {
            DirectoryOperations.CopyMode(_destination, Content);
        }

        DirectoryOperations.Move(_destination, Aside);
        try
        {
            // What came in at the last moment is nobody's to lose.
            Check(Aside, _replace);
            Directory.Move(Content, _destination);
        }
        catch
        {
            DirectoryOperations.Move(Aside, _destination);
            throw;
        }
    }

    private void CommitChildren()
    {
        PrivateFiles.CreateFolder(Aside);
        List<(string From, string To)> moved = new();
        try
        {
            foreach (string child in Directory.GetFileSystemEntries(_destination))
            {
                if (!IsOurs(child))
                {
                    Move(child, Path.Combine(Aside, Path.GetFileName(child)), moved);
                }
            }

            foreach (string child in Directory.GetFileSystemEntries(Content))
            {
                Move(child, Path.Combine(_destination, Path.GetFileName(child)), moved);
            }
        }
        catch
        {
            for (int index = moved.Count - 1; index >= 0; index--)
            {
                DirectoryOperations.Move(moved[index].To, moved[index].From);
            }

            throw;
        }
    }

    private static void Move(string from, string to, List<(string From, string To)> moved)
    {
        DirectoryOperations.Move(from, to);
        moved.Add((from, to));
    }

    // A folder that a process works in is not to be pulled from under it.
    private static bool IsInUse(string folder)
    {
        try
        {
            string current = Directory.GetCurrentDirectory() + Path.DirectorySeparatorChar;
            return current.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return false;
        }
    }

    // Its owner died between setting the old content aside and moving the new one in.
    private static bool RestoreSetAside(FolderHandle place, FolderHandle folder, string name)
    {
        if (!folder.Has(AsideName))
        {
            return true;
        }

        if (name.Length > 0)
        {
            return IsName(name) && (place.Has(name) || folder.TryMove(AsideName, place, name));
        }

        using FolderHandle? aside = folder.OpenOwn(AsideName);
        bool isBack = aside is not null;
        foreach (string child in aside?.Names ?? [])
        {
            isBack &= place.Has(child) || aside!.TryMove(child, place, child);
        }

        return isBack;
    }

    private static bool IsName(string name) => Encoding.UTF8.GetByteCount(name) <= LongestName
        && name is not ("." or "..") && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0
        && !name.StartsWith(Prefix, StringComparison.Ordinal);
}
