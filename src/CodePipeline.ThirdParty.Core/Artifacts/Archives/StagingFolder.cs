using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// A hidden folder on the volume of the destination, which receives an expanded archive until <see cref="Commit"/>
/// renames it. Only its owner can access it. It is deleted on disposal. Creating one also deletes the staging folders
/// that killed processes left.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private const string Prefix = ".cpartifact-";
    private const string ContentName = "new";
    private const string AsideName = "old";
    private const int MaximumNameBytes = 255;
    private readonly OwnedFolder _folder;
    private readonly string _destination;
    private readonly string? _createdParent;
    private readonly bool _isInside;
    private readonly bool _replace;
    private bool _committed;
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

    /// <summary>The folder to expand into.</summary>
    public string Content => Path.Combine(_folder.Path, ContentName);

    private string Aside => Path.Combine(_folder.Path, AsideName);

    /// <summary>
    /// Creates a staging folder for <paramref name="destination"/>, which must be empty or missing unless
    /// <paramref name="replace"/> is set.
    /// </summary>
    /// <param name="destination">The full path of the destination.</param>
    /// <param name="replace">Whether to replace a destination that has content.</param>
    /// <param name="clock">Determines the age of leftover staging folders.</param>
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
            throw ArchiveErrors.Storage("Creating a staging folder for", destination, error);
        }
    }

    /// <summary>Moves the content to the destination. On failure, restores the previous content.</summary>
    public void Commit()
    {
        // Check again: another process may have created the destination since.
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
            throw ArchiveErrors.Storage("Moving the expanded files to", _destination, error);
        }

        _committed = true;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _folder.Dispose();
        if (!_committed && _createdParent is not null)
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
                    ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' is a symbolic link.",
                    "Specify the target folder instead, or use -Force to replace the link.", destination);
            }

            // The link is replaced; its target stays unchanged.
            return;
        }

        if (File.Exists(destination))
        {
            throw ArchiveErrors.New(
                ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' is a file.",
                "Specify a folder that does not exist or is empty.", destination);
        }

        if (!replace && Directory.Exists(destination) && !IsEmpty(destination))
        {
            throw ArchiveErrors.New(
                ArchiveFault.Conflict, $"The destination '{ArchiveErrors.Shown(destination)}' is not empty.",
                "Specify a folder that does not exist or is empty, or use -Force to replace this one.",
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
                // No permission in the parent folder. Stage inside the destination instead.
            }
        }

        return CreateIn(destination, destination, replace, isInside: true, createdParent);
    }

    // The folder records the destination's name, so that a sweep can restore content that was set aside.
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

    // A rename cannot reach a destination that is a mount point, so try one.
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
            // Check again: files created since the last check must not be lost.
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

    // Renaming the current directory would invalidate it.
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

    // The owner died after it set the old content aside and before it moved the new content in.
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

    private static bool IsName(string name) => Encoding.UTF8.GetByteCount(name) <= MaximumNameBytes
        && name is not ("." or "..") && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0
        && !name.StartsWith(Prefix, StringComparison.Ordinal);
}
