using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Folder operations that differ between frameworks and operating systems.</summary>
internal static class DirectoryOperations
{
    /// <summary>Copies the Unix permissions of a folder to another. Does nothing on Windows.</summary>
    public static void CopyMode(string from, string to)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        }
#endif
    }

    /// <summary>Moves a file, folder or symbolic link within a volume.</summary>
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

    /// <summary>Returns the topmost missing folder of a path; <see langword="null"/> if all exist.</summary>
    public static string? TopmostMissing(string folder)
    {
        string? topmost = null;
        for (string? each = folder; each is not null && !Directory.Exists(each); each = Path.GetDirectoryName(each))
        {
            topmost = each;
        }

        return topmost;
    }

    /// <summary>
    /// Deletes an empty folder and its parents up to the topmost one. Stops at one that is not empty.
    /// </summary>
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
            // Another process created something in the folder.
        }
    }
}
