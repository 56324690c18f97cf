using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// Opens files at paths that other users may have changed. Rejects files that do not belong to this user.
/// </summary>
internal static class OwnedFile
{
    private static readonly bool s_isWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>
    /// The reason to reject a file, such as 'it is a symbolic link'; <see langword="null"/> if the file is acceptable
    /// or does not exist.
    /// </summary>
    public static string? FaultOf(string path)
    {
        if (IsLink(path))
        {
            return "it is a symbolic link";
        }

        if (s_isWindows)
        {
            return null;
        }

        using UnixDescriptor? folder = UnixNative.OpenFolder(Path.GetDirectoryName(path)!);
        return folder is not null && UnixNative.FactsOf(folder, UnixNative.Bytes(Path.GetFileName(path)))
            is UnixFileStatus status
            ? FaultOf(status, isEmpty: new FileInfo(path) is { Exists: true, Length: 0 })
            : null;
    }

    /// <summary>Opens a file for reading. Repeats the check on the open file, in case the path was replaced.</summary>
    /// <returns><see langword="null"/> if the file does not exist.</returns>
    /// <exception cref="IOException">The file does not belong to this user, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static FileStream? OpenRead(string path)
    {
        if (FaultOf(path) is string fault)
        {
            throw new IOException($"{char.ToUpperInvariant(fault[0])}{fault.Substring(1)}.");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        // The worker that owns the file may still write to it.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (s_isWindows || StatusOf(file.SafeFileHandle) is not UnixFileStatus status
            || FaultOf(status, isEmpty: file.Length == 0) is not string now)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"The file was replaced during the check: {now}.");
    }

    private static string? FaultOf(UnixFileStatus status, bool isEmpty) => status.IsLink ? "it is a symbolic link"
        : !status.IsFile ? "it is not a regular file"
        : status.Owner != UnixNative.User ? "it belongs to another user"

        // An empty file contains no text of another user.
        : !status.IsOwn && !isEmpty ? "other users may write to it"
        : null;

    private static UnixFileStatus? StatusOf(SafeFileHandle handle)
    {
        using var borrowed = new UnixDescriptor((int)handle.DangerousGetHandle());
        UnixFileStatus? status = UnixNative.FactsOf(borrowed);
        borrowed.SetHandleAsInvalid();
        return status;
    }

    private static bool IsLink(string path)
    {
#if NET
        return new FileInfo(path).LinkTarget is not null;
#else
        // -1 if the path does not exist.
        FileAttributes attributes = new FileInfo(path).Attributes;
        return (int)attributes != -1 && (attributes & FileAttributes.ReparsePoint) != 0;
#endif
    }
}
