using System;
using System.Collections.Generic;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Where an archive is expanded before it lands: a hidden folder, its owner's only, on the volume of the destination.
/// What is in it when it is disposed is gone; what a killed process left is found by the next one and removed.
/// </summary>
/// <remarks>
/// An owner holds a lock on the file beside its folder as long as it lives, so the next process knows whose owner is
/// dead without asking for process ids, which other containers and machines have too.
/// </remarks>
internal sealed class StagingFolder : IDisposable
{
    private const string Prefix = ".cpartifact-";
    private const string LockSuffix = ".lock";
    private const string ContentName = "new";
    private const string AsideName = "old";
    private static readonly TimeSpan s_oldWithoutLocks = TimeSpan.FromDays(1);
    private readonly string _folder;
    private readonly string _destination;
    private readonly string? _createdParent;
    private readonly bool _isInside;
    private readonly bool _replace;
    private FileStream? _lock;
    private bool _landed;

    private StagingFolder(
        string folder, FileStream @lock, string destination, bool replace, bool isInside, string? createdParent)
    {
        _folder = folder;
        _lock = @lock;
        _replace = replace;
        _destination = destination;
        _isInside = isInside;
        _createdParent = createdParent;
    }

    /// <summary>The folder to fill.</summary>
    public string Content => Path.Combine(_folder, ContentName);

    private string Aside => Path.Combine(_folder, AsideName);

    /// <summary>Makes one for a destination, in which there is nothing unless it is to be replaced.</summary>
    /// <param name="destination">A full path.</param>
    /// <param name="replace">Whether a destination with content is replaced as a whole.</param>
    /// <param name="clock">Tells the age of what others left.</param>
    public static StagingFolder Create(string destination, bool replace, TimeProvider clock)
    {
        string? parent = Path.GetDirectoryName(destination);
        if (Directory.Exists(destination))
        {
            Sweep(destination, clock);
        }

        if (parent is not null && Directory.Exists(parent))
        {
            Sweep(parent, clock);
        }

        Check(destination, replace);
        try
        {
            string? created = parent is null ? null : Trees.TopmostMissing(parent);
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
                    Trees.RemoveEmpty(parent, created);
                }

                throw;
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArchiveErrors.Storage("Making a folder for", destination, error);
        }
    }

    /// <summary>Moves the content to the destination. On failure what was there before is put back.</summary>
    public void Land()
    {
        // Time has passed, and somebody else may have landed there.
        Check(_destination, _replace);
        try
        {
            if (!Directory.Exists(_destination))
            {
                Directory.Move(Content, _destination);
            }
            else if (_isInside || IsInUse(_destination))
            {
                LandChildren();
            }
            else
            {
                LandWhole();
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArchiveErrors.Storage("Moving what was expanded to", _destination, error);
        }

        _landed = true;
    }

    public void Dispose()
    {
        FileStream? held = _lock;
        _lock = null;
        if (held is null)
        {
            return;
        }

        Trees.TryDelete(_folder);
        string lockPath = held.Name;
        if (!Directory.Exists(_folder))
        {
            TryDeleteFile(lockPath);
        }

        held.Dispose();
        TryDeleteFile(lockPath);
        if (!_landed && _createdParent is not null)
        {
            Trees.RemoveEmpty(Path.GetDirectoryName(_destination), _createdParent);
        }
    }

    private static void Check(string destination, bool replace)
    {
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
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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
            catch (Exception error) when (FileErrors.IsOfSystem(error) && Directory.Exists(destination))
            {
                // No rights beside it, as in a folder that was prepared for this account.
            }
        }

        return CreateIn(destination, destination, replace, isInside: true, createdParent);
    }

    private static StagingFolder CreateIn(
        string place, string destination, bool replace, bool isInside, string? createdParent)
    {
        while (true)
        {
            string folder = Path.Combine(place, Prefix + Guid.NewGuid().ToString("N").Substring(0, 12));
            FileStream @lock;
            try
            {
                @lock = new FileStream(
                    folder + LockSuffix, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException) when (File.Exists(folder + LockSuffix))
            {
                // Another process swept it between its making and its locking.
                continue;
            }

            StagingFolder staging = new(folder, @lock, destination, replace, isInside, createdParent);
            try
            {
                staging.Fill();
                return staging;
            }
            catch
            {
                staging.Dispose();
                throw;
            }
        }
    }

    // The lock file holds the destination's name, for a sweep to put back what was set aside.
    private void Fill()
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(_isInside ? string.Empty : Path.GetFileName(_destination));
        _lock!.Write(name, 0, name.Length);
        _lock.Flush();
        OwnerOnly.CreateFolder(_folder, isHidden: true);
        Directory.CreateDirectory(Content);
    }

    // A destination that is a volume of its own is not to be reached by renaming.
    private bool CanReachDestination()
    {
        if (!Directory.Exists(_destination))
        {
            return true;
        }

        string there = Path.Combine(_destination, Path.GetFileName(_folder));
        try
        {
            Directory.Move(Content, there);
            Directory.Move(there, Content);
            return true;
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            return false;
        }
    }

    private void LandWhole()
    {
        Trees.CopyMode(_destination, Content);
        Directory.Move(_destination, Aside);
        try
        {
            // What came in at the last moment is nobody's to lose.
            Check(Aside, _replace);
            Directory.Move(Content, _destination);
        }
        catch
        {
            Directory.Move(Aside, _destination);
            throw;
        }
    }

    private void LandChildren()
    {
        Directory.CreateDirectory(Aside);
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
                Trees.Move(moved[index].To, moved[index].From);
            }

            throw;
        }
    }

    private static void Move(string from, string to, List<(string From, string To)> moved)
    {
        Trees.Move(from, to);
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
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            return false;
        }
    }

    /// <summary>Removes what dead processes left in a folder.</summary>
    private static void Sweep(string place, TimeProvider clock)
    {
        string[] locks;
        try
        {
            locks = Directory.GetFiles(place, Prefix + "*" + LockSuffix);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            return;
        }

        foreach (string path in locks)
        {
            try
            {
                SweepOne(path, clock);
            }
            catch (Exception error) when (FileErrors.IsOfSystem(error))
            {
                // Its owner lives, or it is not ours to remove.
            }
        }
    }

    private static void SweepOne(string lockPath, TimeProvider clock)
    {
        using FileStream held = new(lockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        if (!HeldFile.IsExclusive(lockPath)
            && clock.GetUtcNow() - File.GetLastWriteTimeUtc(lockPath) < s_oldWithoutLocks)
        {
            return;
        }

        byte[] name = new byte[Math.Min(held.Length, 4096)];
        name = name.Length == Streams.ReadUpTo(held, name, 0, name.Length) ? name : [];
        string folder = lockPath.Substring(0, lockPath.Length - LockSuffix.Length);
        PutBack(
            Path.Combine(folder, AsideName), Path.GetDirectoryName(lockPath)!, StrictUtf8.Decode(name) ?? string.Empty);
        Trees.TryDelete(folder);
        if (!Directory.Exists(folder))
        {
            TryDeleteFile(lockPath);
            held.Dispose();
            TryDeleteFile(lockPath);
        }
    }

    // Its owner died between setting the old content aside and moving the new one in.
    private static void PutBack(string aside, string place, string name)
    {
        if (!Directory.Exists(aside))
        {
            return;
        }

        if (name.Length > 0)
        {
            string destination = Path.Combine(place, Path.GetFileName(name));
            if (!Directory.Exists(destination) && !File.Exists(destination))
            {
                Directory.Move(aside, destination);
            }

            return;
        }

        foreach (string child in Directory.GetFileSystemEntries(aside))
        {
            string back = Path.Combine(place, Path.GetFileName(child));
            if (!Directory.Exists(back) && !File.Exists(back))
            {
                Trees.Move(child, back);
            }
        }
    }

    private static void TryDeleteFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            // Windows deletes no open file; the second try comes when it is closed.
        }
    }
}
