using System;
using System.IO;
#if NET
using System.Formats.Tar;
#endif

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Tells pipes, sockets and devices from files. To open a pipe would be to wait for its other end.</summary>
internal static class SpecialFiles
{
    /// <summary>Throws for anything but a file. To be asked only for what has no bytes, as all of these have.</summary>
    public static void Refuse(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows() && !IsFile(path))
        {
            throw ArchiveErrors.CannotPack(
                Path.GetDirectoryName(path)!, Path.GetFileName(path), "it is a pipe, a socket or a device");
        }
#else
        _ = path;
#endif
    }

#if NET
    // The framework shows what kind a file is of in one place only: the header that it would have in a tar.
    private static bool IsFile(string path)
    {
        const int TypeAt = 156;
        using MemoryStream tar = new();
        try
        {
            using (TarWriter writer = new(tar, TarEntryFormat.Ustar, leaveOpen: true))
            {
                writer.WriteEntry(path, "x");
            }
        }
        catch (IOException error) when (error.GetType() == typeof(IOException))
        {
            // It has no header for a socket.
            return false;
        }

        return tar.GetBuffer()[TypeAt] == (byte)'0';
    }
#endif
}
