using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// A Windows folder. The open handle prevents other processes from renaming, removing or replacing it, so paths below
/// it stay valid.
/// </summary>
#if NET
[System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
internal sealed class WindowsFolder : FolderHandle
{
    private const int ListAndReadAttributes = 0x81;
    private const int ShareReadAndWrite = 0x3;
    private const int OpenExisting = 3;
    private const int BackupSemantics = 0x02000000;
    private const int LinkItself = 0x00200000;

    private readonly SafeFileHandle _held;

    private WindowsFolder(SafeFileHandle held, string path)
        : base(path) => _held = held;

    /// <inheritdoc/>
    public override DateTimeOffset Written => Directory.GetLastWriteTimeUtc(Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names =>
        Directory.GetFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)!).ToList();

    /// <summary>Opens a folder by its path and follows symbolic links.</summary>
    public static WindowsFolder? OpenPath(string path) => OpenWith(path, BackupSemantics);

    /// <inheritdoc/>
    public override FolderHandle? OpenOwn(string name)
    {
        WindowsFolder? found = OpenItself(System.IO.Path.Combine(Path, name));
        if (found is not null && IsOwn(new DirectoryInfo(found.Path)))
        {
            return found;
        }

        found?.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public override FolderHandle? Make(string name, bool isHidden)
    {
        string made = System.IO.Path.Combine(Path, name);
        if (Exists(made))
        {
            return null;
        }

        PrivateFiles.CreateFolder(made, isHidden);
        return OpenItself(made)
            ?? throw new IOException($"The folder '{made}' was removed right after it was created.");
    }

    /// <inheritdoc/>
    public override FileLock? MakeLock(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        if (Exists(path))
        {
            return null;
        }

        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        file.Write(content, 0, content.Length);
        file.Flush();
        return new WindowsFileLock(file);
    }

    /// <inheritdoc/>
    public override FileLock? LockOwn(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        FileStream? file = null;
        try
        {
            if (IsLink(path) || !File.Exists(path) || !IsOwn(new FileInfo(path)))
            {
                return null;
            }

            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return new WindowsFileLock(file);
        }
        catch (Exception error) when (FileErrors.IsIoError(error) || error is NotSupportedException)
        {
            file?.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public override bool Has(string name) => Exists(System.IO.Path.Combine(Path, name));

    /// <inheritdoc/>
    public override bool TryMove(string name, FolderHandle to, string newName)
    {
        string from = System.IO.Path.Combine(Path, name);
        string target = System.IO.Path.Combine(to.Path, newName);
        try
        {
            if ((File.GetAttributes(from) & FileAttributes.Directory) != 0)
            {
                Directory.Move(from, target);
            }
            else
            {
                File.Move(from, target);
            }

            return true;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override string? Delete(string name)
    {
        string? left = null;
        using (WindowsFolder? folder = OpenItself(System.IO.Path.Combine(Path, name)))
        {
            left = folder?.Clear(string.Empty);
        }

        return DeleteOne(name) ? null : left ?? $"'{name}' could not be deleted";
    }

    /// <inheritdoc/>
    public override string? Clear(string except)
    {
        string? left = null;
        try
        {
            foreach (string each in Names.Where(each => each != except))
            {
                left = Delete(each) ?? left;
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            left = error.Message;
        }

        return left;
    }

    /// <inheritdoc/>
    public override bool DeleteOne(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        try
        {
            FileAttributes attributes = new FileInfo(path).Attributes;
            if ((int)attributes == -1)
            {
                return true;
            }

            // Removes only the link if it is a symbolic link to a folder. A folder must be empty.
            if ((attributes & FileAttributes.Directory) != 0)
            {
                Directory.Delete(path);
            }
            else
            {
                if ((attributes & (FileAttributes.ReadOnly | FileAttributes.ReparsePoint)) == FileAttributes.ReadOnly)
                {
                    File.SetAttributes(path, FileAttributes.Normal);
                }

                File.Delete(path);
            }

            return true;
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return false;
        }
    }

    public override void Dispose() => _held.Dispose();

    private static WindowsFolder? OpenItself(string path)
    {
        WindowsFolder? folder = OpenWith(path, BackupSemantics | LinkItself);
        try
        {
            // The open handle prevents the folder from becoming a symbolic link after this check.
            if (folder is null || (!IsLink(path) && Directory.Exists(path)))
            {
                return folder;
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // The user has no access, so the folder does not belong to the user.
        }

        folder!.Dispose();
        return null;
    }

    private static WindowsFolder? OpenWith(string path, int flags)
    {
        SafeFileHandle held = CreateFile(
            path, ListAndReadAttributes, ShareReadAndWrite, IntPtr.Zero, OpenExisting, flags, IntPtr.Zero);
        if (!held.IsInvalid)
        {
            return new WindowsFolder(held, path);
        }

        held.Dispose();
        return null;
    }

    private static bool Exists(string path) => (int)new FileInfo(path).Attributes != -1;

    private static bool IsLink(string path) => (new FileInfo(path).Attributes & FileAttributes.ReparsePoint) != 0;

    // Files that an administrator creates may belong to the group of administrators.
    private static bool IsOwn(FileSystemInfo item)
    {
        try
        {
            FileSystemSecurity security = item is DirectoryInfo folder
                ? folder.GetAccessControl(AccessControlSections.Owner)
                : ((FileInfo)item).GetAccessControl(AccessControlSections.Owner);
            IdentityReference? owner = security.GetOwner(typeof(SecurityIdentifier));
            using WindowsIdentity user = WindowsIdentity.GetCurrent();
            return owner is not null && (owner.Equals(user.User) || owner.Equals(user.Owner));
        }
        catch (Exception error) when (FileErrors.IsIoError(error) || error is InvalidOperationException
            or NotSupportedException or System.Security.SecurityException)
        {
            return false;
        }
    }

#pragma warning disable SYSLIB1054 // .NET Framework has no source-generated imports.

    [DllImport("kernel32", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string path, int access, int share, IntPtr security, int disposition, int flags, IntPtr template);
#pragma warning restore SYSLIB1054

    private sealed class WindowsFileLock(FileStream file) : FileLock
    {
        private byte[]? _content;

        public override DateTimeOffset Written => File.GetLastWriteTimeUtc(file.Name);

        public override byte[] Content => _content ??= Read();

        public override bool IsExclusive
        {
            get
            {
                try
                {
                    using FileStream second = new(
                        file.Name, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
                    return false;
                }
                catch (IOException)
                {
                    return true;
                }
            }
        }

        public override void Dispose() => file.Dispose();

        private byte[] Read()
        {
            byte[] content = new byte[Math.Min(file.Length, LongestContent)];
            file.Position = 0;
            int read = 0;
            for (int got; read < content.Length && (got = file.Read(content, read, content.Length - read)) > 0;)
            {
                read += got;
            }

            Array.Resize(ref content, read);
            return content;
        }
    }
}
