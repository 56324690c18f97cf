using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>What the frameworks and systems do differently about folders.</summary>
internal static class DirectoryOperations
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
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // Somebody else has put something there meanwhile.
        }
    }
}
