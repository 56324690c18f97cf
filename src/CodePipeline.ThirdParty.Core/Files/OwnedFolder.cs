using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// A temporary folder that only this user can access. Its owner removes it. If the owner was killed, the next owner
/// removes the folder in its sweep.
/// </summary>
/// <remarks>
/// An owner locks a file in the folder while it lives. So other processes recognise a dead owner without its process
/// id, which may also exist in another container or on another machine. Other users may be able to write to the parent
/// folder. So a sweep removes only folders of this user's processes, works on descriptors and follows no symbolic
/// links.
/// </remarks>
internal sealed class OwnedFolder : IDisposable
{
    /// <summary>The prefix of a user's folder in a shared place. The user's id or name follows.</summary>
    public const string UserPrefix = "cpthirdparty-";

    private const string LockName = ".lock";
    private const string Magic = "cpthirdparty\n";
    private const int IdLength = 12;
    private const int MostTries = 20;

    // If locks exclude no process, or the folder has no lock yet, only its age shows whether its owner may be alive.
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

    /// <summary>The path of the folder.</summary>
    public string Path => _folder.Path;

    /// <summary>Creates a temporary folder in an existing folder.</summary>
    /// <param name="place">The existing folder.</param>
    /// <param name="prefix">The prefix of the new name.</param>
    /// <param name="note">A text for the process that sweeps the folder, without line breaks.</param>
    /// <param name="isHidden">Whether the folder is hidden on Windows.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static OwnedFolder Create(string place, string prefix, string note = "", bool isHidden = false)
    {
        FolderHandle opened = FolderHandle.Open(place) ?? throw Missing(place);
        return CreateIn(opened, prefix, note, isHidden, removed: null) ?? throw Missing(place);
    }

    /// <summary>
    /// Creates a temporary folder in this user's folder of a shared place. Creates both of these, if necessary.
    /// </summary>
    /// <inheritdoc cref="Create(string, string, string, bool)"/>
    public static OwnedFolder CreateForUser(string place, string prefix)
    {
        for (int i = 0; ; i++)
        {
            Directory.CreateDirectory(place);
            using FolderHandle opened = FolderHandle.Open(place) ?? throw Missing(place);
            (FolderHandle user, string name) = OpenUsers(opened);

            // The last process in the user's folder removes it, so it may no longer exist.
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

    /// <summary>Removes the temporary folders of dead owners from a folder.</summary>
    /// <param name="place">The folder. If it does not exist, nothing happens.</param>
    /// <param name="prefix">The prefix of the names.</param>
    /// <param name="clock">The clock for the age of folders.</param>
    /// <param name="rescue">
    /// Called with the place, the temporary folder and its note before each removal. It moves entries to keep into the
    /// place, and returns whether to remove the rest.
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

    /// <summary>Removes the temporary folders of dead owners from this user's folders in a shared place.</summary>
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

            // Deletes the folder only if it is empty.

            _ = opened.DeleteOne(name);
        }
    }

    /// <summary>
    /// Deletes an entry of the folder. Returns why something is left; <see langword="null"/> if nothing is left.
    /// </summary>
    /// <param name="path">The path of the entry. Only its last part counts.</param>
    public string? Delete(string path) => _folder.Delete(System.IO.Path.GetFileName(path));

    /// <summary>
    /// Deletes the folder. Returns why something is left; <see langword="null"/> if nothing is left.
    /// </summary>
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
            // Windows cannot delete an open file.
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

    /// <summary>Deletes the folder, as far as possible.</summary>
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

            // A process that ends may remove the folder between Make and OpenOwn. If both keep failing, the name
            // belongs to something else.
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
                // The owner is alive, or it has not created the lock yet. If it died before that, the folder has only
                // unfinished lock files.
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

            // Windows cannot delete an open file. The second attempt follows after it is closed.
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

    private static DirectoryNotFoundException Missing(string place) => new($"The folder '{place}' does not exist.");
}
