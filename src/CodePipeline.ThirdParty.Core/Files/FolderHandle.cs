using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// An open folder. All operations act on this folder, even if another process has put another folder or a symbolic link
/// at its path.
/// </summary>
internal abstract class FolderHandle(string path) : IDisposable
{
    /// <summary>The path at which the folder was opened.</summary>
    public string Path { get; } = path;

    /// <summary>When an entry was last created or removed.</summary>
    public abstract DateTimeOffset Written { get; }

    /// <summary>The names of the entries.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>
    /// Opens a folder by its path and follows symbolic links; <see langword="null"/> if it does not exist.
    /// </summary>
    public static FolderHandle? Open(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return WindowsFolder.OpenPath(path);
        }

        return UnixNative.OpenFolder(path) is UnixDescriptor folder ? new UnixFolder(folder, path) : null;
    }

    /// <summary>
    /// Opens a subfolder that belongs to this user: it is not a symbolic link, and only this user can write to it.
    /// <see langword="null"/> for any other entry, or if the system does not show the owner.
    /// </summary>
    public abstract FolderHandle? OpenOwn(string name);

    /// <summary>
    /// Creates a subfolder that only this user can access; <see langword="null"/> if the name is taken, or if another
    /// process removed the folder at once.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public abstract FolderHandle? Make(string name, bool isHidden);

    /// <summary>Creates a locked file; <see langword="null"/> if the name is taken.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="content">The content, which is complete before other processes can see the file.</param>
    public abstract FileLock? MakeLock(string name, byte[] content);

    /// <summary>
    /// Locks a file that belongs to this user: a regular file with only one name. <see langword="null"/> for any other
    /// entry, or if another process has locked the file.
    /// </summary>
    public abstract FileLock? LockOwn(string name);

    /// <summary>Whether an entry exists. A broken symbolic link counts as an entry.</summary>
    public abstract bool Has(string name);

    /// <summary>
    /// Moves an entry to a folder on the same volume; <see langword="false"/> if that is not possible.
    /// </summary>
    public abstract bool TryMove(string name, FolderHandle to, string newName);

    /// <summary>
    /// Deletes a file, a symbolic link or a folder with its content, as far as possible. Does not follow symbolic links
    /// or delete from mounted volumes. Returns why something is left; <see langword="null"/> if nothing is left.
    /// </summary>
    public abstract string? Delete(string name);

    /// <summary>Deletes all entries except one, like <see cref="Delete"/>.</summary>
    public abstract string? Clear(string except);

    /// <summary>
    /// Deletes a file, a symbolic link or an empty folder; <see langword="false"/> if it still exists.
    /// </summary>
    public abstract bool DeleteOne(string name);

    public abstract void Dispose();
}

/// <summary>A locked file. The lock shows that the owner is alive.</summary>
internal abstract class FileLock : IDisposable
{
    /// <summary>The maximum length of <see cref="Content"/> in bytes.</summary>
    public const int LongestContent = 4096;

    /// <summary>When the file was last written.</summary>
    public abstract DateTimeOffset Written { get; }

    /// <summary>The content of the file, up to <see cref="LongestContent"/>.</summary>
    public abstract byte[] Content { get; }

    /// <summary>Whether the lock excludes other processes. Some network file systems grant every lock.</summary>
    public abstract bool IsExclusive { get; }

    public abstract void Dispose();
}
