using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// An open folder. What is done through it is done in this very folder, even where somebody has since put another one,
/// or a link, at its path.
/// </summary>
internal abstract class FolderHandle(string path) : IDisposable
{
    /// <summary>Where it was when it was opened.</summary>
    public string Path { get; } = path;

    /// <summary>When something in it was last made or removed.</summary>
    public abstract DateTimeOffset Written { get; }

    /// <summary>The names of all that is in it.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Opens a folder by its path, which may lead over links; <see langword="null"/> where there is none.</summary>
    public static FolderHandle? Open(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return WindowsFolder.OpenPath(path);
        }

        return UnixNative.OpenFolder(path) is UnixDescriptor folder ? new UnixFolder(folder, path) : null;
    }

    /// <summary>
    /// Opens a folder in it that is this user's own: no link, and nobody else may write to it;
    /// <see langword="null"/> for any other, and where the system does not tell.
    /// </summary>
    public abstract FolderHandle? OpenOwn(string name);

    /// <summary>
    /// Makes a folder in it that only this user may look into; <see langword="null"/> if the name is taken, or if
    /// another process removed the folder at once.
    /// </summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public abstract FolderHandle? Make(string name, bool isHidden);

    /// <summary>Makes a locked file in it; <see langword="null"/> where the name is taken.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">What is in it before anybody else can see it.</param>
    public abstract FileLock? MakeLock(string name, byte[] content);

    /// <summary>
    /// Locks a file in it that is this user's own: regular, no link, with one name only;
    /// <see langword="null"/> for any other, and for one that is locked by somebody else.
    /// </summary>
    public abstract FileLock? LockOwn(string name);

    /// <summary>Whether there is something of this name, a link that leads nowhere included.</summary>
    public abstract bool Has(string name);

    /// <summary>Moves something to a folder of the same volume; false where that is not possible.</summary>
    public abstract bool TryMove(string name, FolderHandle to, string newName);

    /// <summary>
    /// Deletes a file, a link or a folder with all that is in it, as far as that goes. No link is followed, and what is
    /// mounted in it is left. Returns why something is left; <see langword="null"/> where nothing is.
    /// </summary>
    public abstract string? Delete(string name);

    /// <summary>Deletes all that is in it but for one name, in the way of <see cref="Delete"/>.</summary>
    public abstract string? Clear(string except);

    /// <summary>Deletes a file, link or empty folder; false where it is still there.</summary>
    public abstract bool DeleteOne(string name);

    public abstract void Dispose();
}

/// <summary>A locked file, which shows that its owner lives.</summary>
internal abstract class FileLock : IDisposable
{
    /// <summary>The longest content that is read.</summary>
    public const int LongestContent = 4096;

    /// <summary>When it was last written.</summary>
    public abstract DateTimeOffset Written { get; }

    /// <summary>What is in it, up to <see cref="LongestContent"/>.</summary>
    public abstract byte[] Content { get; }

    /// <summary>Whether the lock keeps others out. Some network file systems grant every lock.</summary>
    public abstract bool IsExclusive { get; }

    public abstract void Dispose();
}
