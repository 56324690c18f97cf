using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Files at paths that others may have been at: what is not this user's own is not touched.</summary>
internal static class OwnedFile
{
    private static readonly bool s_isWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>
    /// What speaks against a file: 'it is a link', say. <see langword="null"/> where nothing does, or nothing is there.
    /// </summary>
    public static string? FaultOf(string path)
    {
        if (IsLink(path))
        {
            return "it is a link";
        }

        if (s_isWindows)
        {
            return null;
        }

        using UnixDescriptor? folder = UnixNative.OpenFolder(Path.GetDirectoryName(path)!);
        return folder is not null && UnixNative.FactsOf(folder, UnixNative.Bytes(Path.GetFileName(path)))
            is UnixFileStatus facts ? FaultOf(facts, isEmpty: new FileInfo(path) is { Exists: true, Length: 0 }) : null;
    }

    /// <summary>Opens a file to read, and makes sure that it is the one that was looked at.</summary>
    /// <returns><see langword="null"/> where there is none.</returns>
    /// <exception cref="IOException">It is not this user's own; or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
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

        // The worker that holds it goes on writing meanwhile.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (s_isWindows || FactsOf(file.SafeFileHandle) is not UnixFileStatus facts
            || FaultOf(facts, isEmpty: file.Length == 0) is not string now)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"It was replaced meanwhile: {now}.");
    }

    private static string? FaultOf(UnixFileStatus facts, bool isEmpty) => facts.IsLink ? "it is a link"
        : !facts.IsFile ? "it is not a regular file"
        : facts.Owner != UnixNative.User ? "it belongs to another user"

        // Nothing can have been written into one that is empty.
        : !facts.IsOwn && !isEmpty ? "other users may write to it"
        : null;

    private static UnixFileStatus? FactsOf(SafeFileHandle handle)
    {
        using var borrowed = new UnixDescriptor((int)handle.DangerousGetHandle());
        UnixFileStatus? facts = UnixNative.FactsOf(borrowed);
        borrowed.SetHandleAsInvalid();
        return facts;
    }

    private static bool IsLink(string path)
    {
#if NET
        return new FileInfo(path).LinkTarget is not null;
#else
        // -1 where there is nothing.
        FileAttributes attributes = new FileInfo(path).Attributes;
        return (int)attributes != -1 && (attributes & FileAttributes.ReparsePoint) != 0;
#endif
    }
}
