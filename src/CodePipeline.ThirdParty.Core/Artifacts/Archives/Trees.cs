using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>What the frameworks and systems do differently about folders.</summary>
internal static class Trees
{
    /// <summary>Gives a folder the permission bits of another, where there are such.</summary>
    public static void CopyMode(string from, string to)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        }
#endif
    }

    /// <summary>Moves a file, a folder or a link within a volume.</summary>
    public static void Move(string from, string to)
    {
        FileAttributes attributes = File.GetAttributes(from);
        bool isFolder = (attributes & FileAttributes.Directory) != 0;
        if (isFolder)
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to);
        }
    }

    /// <summary>
    /// Removes a folder with all that is in it, as far as that goes. Links in it are removed, not followed.
    /// </summary>
    public static void TryDelete(string path)
    {
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }

                return;
            }
            catch (Exception error) when (FileErrors.IsOfSystem(error))
            {
                if (attempt == 0)
                {
                    TryUnlock(path);
                }
            }
        }
    }

    /// <summary>The topmost folder of a path that is missing; <see langword="null"/> where all are there.</summary>
    public static string? TopmostMissing(string folder)
    {
        string? topmost = null;
        for (string? each = folder; each is not null && !Directory.Exists(each); each = Path.GetDirectoryName(each))
        {
            topmost = each;
        }

        return topmost;
    }

    /// <summary>Removes a folder and those above it, up to the topmost one; stops at one that is in use.</summary>
    public static void RemoveEmpty(string? folder, string topmost)
    {
        try
        {
            for (string? each = folder; each is not null && each.Length >= topmost.Length;
                each = Path.GetDirectoryName(each))
            {
                Directory.Delete(each);
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            // Somebody else has put something there meanwhile.
        }
    }

    // Read-only files on Windows and read-only folders on Unix stand in the way.
    private static void TryUnlock(string path)
    {
        try
        {
            DirectoryInfo folder = new(path);
#if NET
            if (!OperatingSystem.IsWindows())
            {
                folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
#endif
            foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
            {
                if ((entry.Attributes & FileAttributes.ReparsePoint) != 0)
                {
                    continue;
                }

                if (entry is DirectoryInfo)
                {
                    TryUnlock(entry.FullName);
                }
                else if ((entry.Attributes & FileAttributes.ReadOnly) != 0 && Path.DirectorySeparatorChar == '\\')
                {
                    entry.Attributes = FileAttributes.Normal;
                }
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            // Not ours to change; the second try of the delete says the same.
        }
    }
}
