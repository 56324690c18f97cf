using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// A temporary folder of one owner, for this user only. It is gone with its owner; what an owner left that was killed is
/// swept by the next one.
/// </summary>
/// <remarks>
/// An owner holds a lock on a file in the folder as long as it lives, so others know whose owner is dead without asking
/// for process ids, which other containers and machines have too. Others may write to the place that the folder lies in:
/// only folders are swept that this user's own process left, through descriptors, and never over links.
/// </remarks>
internal sealed class OwnedFolder : IDisposable
{
    /// <summary>What the folders of users are called in a shared place; the user follows.</summary>
    public const string UserPrefix = "cpthirdparty-";

    private const string LockName = ".lock";
    private const string Magic = "cpthirdparty\n";
    private const int IdLength = 12;
    private const int MostTries = 20;

    // Where locks keep nobody out, or there is none yet, only its age tells whether the owner may live.
    private static readonly TimeSpan s_oldWithoutLock = TimeSpan.FromDays(1);

    private readonly FolderHandle _place;
    private readonly FolderHandle _folder;
    private readonly string _name;
    private readonly Action? _removed;
    private FileLock? _lock;

    private OwnedFolder(FolderHandle place, FolderHandle folder, string name, FileLock @lock, Action? removed)
    {
        _place = place;
        _folder = folder;
        _name = name;
        _lock = @lock;
        _removed = removed;
    }

    /// <summary>Where it is.</summary>
    public string Path => _folder.Path;

    /// <summary>Makes one in a folder that is there.</summary>
    /// <param name="place">The folder to make it in.</param>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="note">A text for who sweeps it; without line ends.</param>
    /// <param name="isHidden">Whether it is hidden on Windows.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static OwnedFolder Create(string place, string prefix, string note = "", bool isHidden = false)
    {
        FolderHandle opened = FolderHandle.Open(place) ?? throw Missing(place);
        return CreateIn(opened, prefix, note, isHidden, removed: null) ?? throw Missing(place);
    }

    /// <summary>
    /// Makes one in this user's own folder within a shared place, which may have to be made as well.
    /// </summary>
    /// <inheritdoc cref="Create(string, string, string, bool)"/>
    public static OwnedFolder CreateForUser(string place, string prefix)
    {
        for (int i = 0; ; i++)
        {
            Directory.CreateDirectory(place);
            using FolderHandle opened = FolderHandle.Open(place) ?? throw Missing(place);
            (FolderHandle user, string name) = OpenUsers(opened);

            // The last process in it removes it, so it may be gone by now.
            if (CreateIn(user, prefix, string.Empty, isHidden: false, () => RemoveUsers(place, name))
                is OwnedFolder made)
            {
                return made;
            }

            if (i == MostTries)
            {
                throw Missing(user.Path);
            }
        }
    }

    /// <summary>Removes what dead owners left in a folder.</summary>
    /// <param name="place">The folder; nothing is done where there is none.</param>
    /// <param name="prefix">What their folders' names begin with.</param>
    /// <param name="clock">Tells the age of what others left.</param>
    /// <param name="rescue">
    /// Called for each before it goes, with the place, the folder and its note: moves to the place what is to be kept, and
    /// returns whether the rest may go.
    /// </param>
    public static void Sweep(
        string place, string prefix, TimeProvider clock, Func<FolderHandle, FolderHandle, string, bool>? rescue = null)
    {
        using FolderHandle? opened = FolderHandle.Open(place);
        if (opened is not null)
        {
            Sweep(opened, prefix, clock, rescue);
        }
    }

    /// <summary>Removes what dead owners left in this user's own folders within a shared place.</summary>
    /// <inheritdoc
    /// cref="Sweep(string, string, TimeProvider, Func{FolderHandle, FolderHandle, string, bool}?)"/>
    public static void SweepForUser(string place, string prefix, TimeProvider clock)
    {
        using FolderHandle? opened = FolderHandle.Open(place);
        if (opened is null)
        {
            return;
        }

        string mine = UserPrefix + UserFolderName.Value;
        foreach (string name in NamesIn(opened).Where(
            name => name == mine || name.StartsWith(mine + "-", StringComparison.Ordinal)))
        {
            using (FolderHandle? user = opened.OpenOwn(name))
            {
                if (user is null)
                {
                    continue;
                }

                Sweep(user, prefix, clock, rescue: null);
            }

            // Stays where somebody lives in it.
            _ = opened.DeleteOne(name);
        }
    }

    /// <summary>Deletes something in the folder; returns why that was not possible in full.</summary>
    /// <param name="path">A path in it, by its name.</param>
    public string? Delete(string path) => _folder.Delete(System.IO.Path.GetFileName(path));

    /// <summary>Deletes the folder; returns why something is left of it.</summary>
    public string? Remove()
    {
        FileLock? held = _lock;
        _lock = null;
        if (held is null)
        {
            return null;
        }

        string? left = _folder.Clear(LockName);
        if (left is null)
        {
            // Windows deletes no open file.
            bool isGone = _folder.DeleteOne(LockName);
            held.Dispose();
            _ = isGone || _folder.DeleteOne(LockName);
        }
        else
        {
            held.Dispose();
        }

        _folder.Dispose();
        if (left is null && !_place.DeleteOne(_name))
        {
            left = $"'{_name}' could not be deleted";
        }

        _place.Dispose();
        _removed?.Invoke();
        return left;
    }

    /// <summary>Deletes the folder as far as that goes.</summary>
    public void Dispose() => _ = Remove();

    private static OwnedFolder? CreateIn(
        FolderHandle place, string prefix, string note, bool isHidden, Action? removed)
    {
        FolderHandle? folder = null;
        try
        {
            byte[] content = Encoding.UTF8.GetBytes(Magic + note);
            while (true)
            {
                string name = prefix + NewId();
                folder = place.Make(name, isHidden);
                if (folder?.MakeLock(LockName, content) is FileLock @lock)
                {
                    return new OwnedFolder(place, folder, name, @lock, removed);
                }

                folder?.Dispose();
            }
        }
        catch (Exception error)
        {
            folder?.Dispose();
            if (folder is not null)
            {
                _ = place.Delete(System.IO.Path.GetFileName(folder.Path));
            }

            place.Dispose();
            if (error is DirectoryNotFoundException && folder is null)
            {
                return null;
            }

            throw;
        }
    }

    private static (FolderHandle Folder, string Name) OpenUsers(FolderHandle place)
    {
        string mine = UserPrefix + UserFolderName.Value;
        string name = mine;
        for (int i = 1; ; i++)
        {
            if ((place.Make(name, isHidden: false) ?? place.OpenOwn(name)) is FolderHandle folder)
            {
                return (folder, name);
            }

            // A process that ends may remove the folder between the two looks. If it stays so, somebody else has put
            // something of that name there.
            name = i < MostTries ? mine : $"{mine}-{NewId()}";
        }
    }

    private static void RemoveUsers(string place, string name)
    {
        using FolderHandle? opened = FolderHandle.Open(place);
        _ = opened?.DeleteOne(name);
    }

    private static void Sweep(
        FolderHandle place, string prefix, TimeProvider clock, Func<FolderHandle, FolderHandle, string, bool>? rescue)
    {
        foreach (string name in NamesIn(place).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            bool isEmpty = false;
            using (FolderHandle? folder = place.OpenOwn(name))
            {
                if (folder is not null)
                {
                    isEmpty = SweepOne(place, folder, clock, rescue);
                }
            }

            if (isEmpty)
            {
                _ = place.DeleteOne(name);
            }
        }
    }

    private static bool SweepOne(
        FolderHandle place, FolderHandle folder, TimeProvider clock,
        Func<FolderHandle, FolderHandle, string, bool>? rescue)
    {
        using (FileLock? held = folder.LockOwn(LockName))
        {
            bool isOld = clock.GetUtcNow() - (held?.Written ?? folder.Written) >= s_oldWithoutLock;
            if (held is null)
            {
                // Its owner lives, or has not come to lock it: one that died before leaves nothing but attempts.
                return isOld && !folder.Has(LockName) && folder.Clear(LockName) is null;
            }

            if (!held.IsExclusive && !isOld)
            {
                return false;
            }

            string content = Encoding.UTF8.GetString(held.Content);
            if (!content.StartsWith(Magic, StringComparison.Ordinal))
            {
                return false;
            }

            if ((rescue is not null && !rescue(place, folder, content.Substring(Magic.Length)))
                || folder.Clear(LockName) is not null)
            {
                return false;
            }

            // Windows deletes no open file; the second try comes when it is closed.
            _ = folder.DeleteOne(LockName);
        }

        return folder.DeleteOne(LockName);
    }

    private static IReadOnlyList<string> NamesIn(FolderHandle folder)
    {
        try
        {
            return folder.Names;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return [];
        }
    }

    private static string NewId() => Guid.NewGuid().ToString("N").Substring(0, IdLength);

    private static DirectoryNotFoundException Missing(string place) => new($"There is no folder '{place}'.");
}
