using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// Unix system calls on descriptors. A descriptor keeps its file or folder, even if another process changes the path.
/// </summary>
internal static class UnixNative
{
    private const int FileIsMissing = 2;
    private const int AccessDenied = 13;
    private const int NotPermitted = 1;
    private const int AlreadyExists = 17;
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int ReadWrite = 2;
    private const int LockExclusively = 2;
    private const int WithoutWaiting = 4;
    private const int WholeStatx = 0x7FF;
    private const int EmptyPath = 0x1000;
    private const uint OwnerOnlyFolder = 0x1C0;
    private const byte TypeUnknown = 0;
    private const byte TypeFolder = 4;

    private static readonly bool s_isMac = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);
    private static readonly bool s_isArm =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    private static readonly int s_noLink = s_isMac ? 0x100 : s_isArm ? 0x8000 : 0x20000;
    private static readonly int s_closeOnExec = s_isMac ? 0x1000000 : 0x80000;
    private static readonly int s_folder = (s_isMac ? 0x100000 : s_isArm ? 0x4000 : 0x10000) | s_closeOnExec;

    // Without the non-blocking flag, opening a FIFO would wait for its other end.
    private static readonly int s_file = ReadWrite | s_noLink | s_closeOnExec | (s_isMac ? 0x4 : 0x800);
    private static readonly int s_append =
        1 | (s_isMac ? 0x8 : 0x400) | s_noLink | s_closeOnExec | (s_isMac ? 0x4 : 0x800);

    private static readonly int s_removeFolder = s_isMac ? 0x80 : 0x200;
    private static readonly int s_linkItself = s_isMac ? 0x20 : 0x100;
    private static readonly UnixDescriptor s_current = new(s_isMac ? -2 : -100);
    private static readonly int s_nameInEntry = s_isMac ? 21 : 19;

    /// <summary>The id of the effective user; 0 on Windows.</summary>
    public static uint User { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? 0 : EffectiveUser();

    /// <summary>
    /// Opens a folder by its path and follows symbolic links; <see langword="null"/> if it does not exist.
    /// </summary>
    public static UnixDescriptor? OpenFolder(string path) =>
        Valid(OpenPath(Bytes(path), s_folder));

    /// <summary>Opens a subfolder; <see langword="null"/> for a symbolic link or any other entry.</summary>
    public static UnixDescriptor? OpenFolder(UnixDescriptor folder, byte[] name) =>
        Valid(Open(folder, name, s_folder | s_noLink));

    /// <summary>Opens a file for reading and writing; <see langword="null"/> for a symbolic link.</summary>
    public static UnixDescriptor? OpenFile(UnixDescriptor folder, byte[] name) =>
        Valid(Open(folder, name, s_file));

    /// <summary>Opens a file for appending; <see langword="null"/> for a symbolic link.</summary>
    public static UnixDescriptor? OpenAppend(UnixDescriptor folder, byte[] name) => Valid(Open(folder, name, s_append));

    /// <summary>Writes to a file. Returns the number of written bytes, or a negative number after an error.</summary>
    public static long Write(UnixDescriptor file, byte[] bytes) => (long)Write(file, bytes, (IntPtr)bytes.Length);

    /// <summary>The error of the last system call.</summary>
    public static Exception LastError(string path)
    {
        int error = Marshal.GetLastWin32Error();
        string message = $"{new Win32Exception(error).Message}: '{path}'";
        return error is AccessDenied or NotPermitted
            ? new UnauthorizedAccessException(message)
            : new IOException(message, error);
    }

    /// <summary>
    /// The status of an open file or folder; <see langword="null"/> if the system cannot show it.
    /// </summary>
    public static UnixFileStatus? FactsOf(UnixDescriptor file) => FactsOf(file, null);

    /// <summary>
    /// The status of an entry without following a symbolic link; without a name, the status of the folder.
    /// </summary>
    public static UnixFileStatus? FactsOf(UnixDescriptor folder, byte[]? name) => FactsOf(folder, name, s_linkItself);

    /// <summary>The status of a path. Follows symbolic links.</summary>
    public static UnixFileStatus? FactsOf(string path) => FactsOf(s_current, Bytes(path), 0);

    private static UnixFileStatus? FactsOf(UnixDescriptor folder, byte[]? name, int links)
    {
        byte[] facts = new byte[256];
        try
        {
            int failed = (s_isMac, s_isArm, name) switch
            {
                (true, true, null) => Status(folder, facts),
                (true, false, null) => StatusMac(folder, facts),
                (true, true, _) => StatusAt(folder, name, facts, links),
                (true, false, _) => StatusAtMac(folder, name, facts, links),

                // Unlike stat, statx has the same result layout on all processors.
                _ => Statx(folder, name ?? [0], name is null ? EmptyPath : links, WholeStatx, facts),
            };
            return failed != 0 ? null
                : s_isMac ? new UnixFileStatus(
                    BitConverter.ToUInt16(facts, 4), BitConverter.ToUInt32(facts, 16), BitConverter.ToUInt16(facts, 6),
                    BitConverter.ToUInt32(facts, 0), BitConverter.ToInt64(facts, 48))
                : new UnixFileStatus(
                    BitConverter.ToUInt16(facts, 28), BitConverter.ToUInt32(facts, 20),
                    BitConverter.ToUInt32(facts, 16), BitConverter.ToUInt64(facts, 136),
                    BitConverter.ToInt64(facts, 112));
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than 2018 (glibc) or 2024 (musl).
            return null;
        }
    }

    /// <summary>
    /// Creates a folder that only this user can access; <see langword="false"/> if the name is taken.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static bool MakeFolder(UnixDescriptor folder, byte[] name, string path)
    {
        if (MakeFolderAt(folder, name, OwnerOnlyFolder) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastWin32Error();
        if (error == AlreadyExists)
        {
            return false;
        }

        string message = $"The folder '{path}' could not be created: {new Win32Exception(error).Message}.";
        throw error switch
        {
            AccessDenied or NotPermitted => new UnauthorizedAccessException(message),
            FileIsMissing => new DirectoryNotFoundException(message),
            _ => new IOException(message, error),
        };
    }

    /// <summary>Removes a file or a symbolic link, but never the target of a link.</summary>
    public static bool RemoveFile(UnixDescriptor folder, byte[] name) => Unlink(folder, name, 0) == 0;

    /// <summary>Removes an empty folder.</summary>
    public static bool RemoveFolder(UnixDescriptor folder, byte[] name) =>
        Unlink(folder, name, s_removeFolder) == 0;

    /// <summary>Moves an entry to another folder on the same volume.</summary>
    public static bool Move(UnixDescriptor from, byte[] name, UnixDescriptor to, byte[] newName) =>
        Rename(from, name, to, newName) == 0;

    /// <summary>Gives the owner all rights to an open folder.</summary>
    public static void Unlock(UnixDescriptor folder) => _ = ChangeMode(folder, OwnerOnlyFolder);

    /// <summary>Gives the owner all rights to a folder that cannot be opened without them.</summary>
    public static void Unlock(UnixDescriptor folder, byte[] name) =>
        _ = ChangeModeAt(folder, name, OwnerOnlyFolder, 0);

    /// <summary>
    /// Locks a file while it is open; <see langword="false"/> if another process has the lock, <see langword="null"/>
    /// if the file system has no locks.
    /// </summary>
    public static bool? TryLock(UnixDescriptor file)
    {
        if (Lock(file, LockExclusively | WithoutWaiting) == 0)
        {
            return true;
        }

        return Marshal.GetLastWin32Error() is WouldBlockLinux or WouldBlockMac ? false : null;
    }

    /// <summary>Reads the first bytes of a file that was just opened.</summary>
    public static byte[] ReadHead(UnixDescriptor file, int count)
    {
        byte[] head = new byte[count];
        int read = (int)Read(file, head, (IntPtr)count);
        Array.Resize(ref head, Math.Max(0, read));
        return head;
    }

    /// <summary>The names in a folder, as zero-terminated bytes, and whether each entry may be a folder.</summary>
    public static List<(byte[] Name, bool MayBeFolder)> List(UnixDescriptor folder)
    {
        List<(byte[] Name, bool MayBeFolder)> names = new();
        int own = Open(folder, [(byte)'.', 0], s_folder);
        IntPtr stream = own < 0 ? IntPtr.Zero : s_isMac && !s_isArm ? OpenStreamMac(own) : OpenStream(own);
        if (stream == IntPtr.Zero)
        {
            // With a stream, CloseStream closes the descriptor.
            _ = Close(own);
            return names;
        }

        while (true)
        {
            IntPtr entry = s_isMac && !s_isArm ? ReadEntryMac(stream)
                : IntPtr.Size == 4 ? ReadEntryWide(stream)
                : ReadEntry(stream);
            if (entry == IntPtr.Zero)
            {
                break;
            }

            byte[] name = NameAt(IntPtr.Add(entry, s_nameInEntry));
            bool isItselfOrParent = name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
            if (!isItselfOrParent)
            {
                names.Add((name, Marshal.ReadByte(entry, s_nameInEntry - 1) is TypeFolder or TypeUnknown));
            }
        }

        _ = CloseStream(stream);
        return names;
    }

    /// <summary>A name or path as zero-terminated bytes.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + "\0");

    /// <summary>The text of zero-terminated bytes.</summary>
    public static string Text(byte[] name) => Encoding.UTF8.GetString(name, 0, name.Length - 1);

    /// <summary>The umask: the rights that the system removes from every new file.</summary>
    /// <remarks>
    /// Reading the umask means setting it. Until it is restored, new files get fewer rights, never more.
    /// </remarks>
    public static uint ReadMask()
    {
        uint mask = SetMask(0x3F);
        _ = SetMask(mask);
        return mask;
    }

    internal static void CloseDescriptor(int descriptor) => _ = Close(descriptor);

    private static UnixDescriptor? Valid(int descriptor) => descriptor < 0 ? null : new UnixDescriptor(descriptor);

    private static byte[] NameAt(IntPtr start)
    {
        int length = 0;
        while (Marshal.ReadByte(start, length) != 0)
        {
            length++;
        }

        byte[] name = new byte[length + 1];
        Marshal.Copy(start, name, 0, length);
        return name;
    }

#pragma warning disable SYSLIB1054 // .NET Framework has no source-generated imports.
    private const string Library = "libc";

    [DllImport(Library, EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();

    [DllImport(Library, EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);

    [DllImport(Library, EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(UnixDescriptor folder, byte[] name, int flags);

    [DllImport(Library, EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenPath(byte[] path, int flags);

    [DllImport(Library, EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFolderAt(UnixDescriptor folder, byte[] name, uint mode);

    [DllImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unlink(UnixDescriptor folder, byte[] name, int flags);

    [DllImport(Library, EntryPoint = "renameat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(UnixDescriptor from, byte[] name, UnixDescriptor to, byte[] newName);

    [DllImport(Library, EntryPoint = "fchmod")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeMode(UnixDescriptor folder, uint mode);

    [DllImport(Library, EntryPoint = "fchmodat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeModeAt(UnixDescriptor folder, byte[] name, uint mode, int flags);

    [DllImport(Library, EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(UnixDescriptor file, int operation);

    [DllImport(Library, EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr Read(UnixDescriptor file, byte[] buffer, IntPtr count);

    [DllImport(Library, EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr Write(UnixDescriptor file, byte[] buffer, IntPtr count);

    [DllImport(Library, EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(UnixDescriptor folder, byte[] name, int flags, uint mask, byte[] facts);

    [DllImport(Library, EntryPoint = "fstat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(UnixDescriptor file, byte[] facts);

    [DllImport(Library, EntryPoint = "fstat$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatusMac(UnixDescriptor file, byte[] facts);

    [DllImport(Library, EntryPoint = "fstatat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatusAt(UnixDescriptor folder, byte[] name, byte[] facts, int flags);

    [DllImport(Library, EntryPoint = "fstatat$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatusAtMac(UnixDescriptor folder, byte[] name, byte[] facts, int flags);

    [DllImport(Library, EntryPoint = "fdopendir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr OpenStream(int descriptor);

    [DllImport(Library, EntryPoint = "fdopendir$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr OpenStreamMac(int descriptor);

    [DllImport(Library, EntryPoint = "readdir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ReadEntry(IntPtr stream);

    [DllImport(Library, EntryPoint = "readdir64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ReadEntryWide(IntPtr stream);

    [DllImport(Library, EntryPoint = "readdir$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ReadEntryMac(IntPtr stream);

    [DllImport(Library, EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseStream(IntPtr stream);
#pragma warning restore SYSLIB1054
}

/// <summary>The descriptor of an open file or folder.</summary>
internal sealed class UnixDescriptor : SafeHandle
{
    public UnixDescriptor(int descriptor)
        : base((IntPtr)(-1), ownsHandle: true) => SetHandle((IntPtr)descriptor);

    public override bool IsInvalid => handle == (IntPtr)(-1);

    protected override bool ReleaseHandle()
    {
        UnixNative.CloseDescriptor((int)handle);
        return true;
    }
}

/// <summary>The status of a file or folder.</summary>
/// <param name="Mode">The type and the permissions.</param>
/// <param name="Owner">The user id of the owner.</param>
/// <param name="Links">The number of names (hard links).</param>
/// <param name="Device">The id of the volume.</param>
/// <param name="Written">When it was last written, in seconds since 1970.</param>
internal sealed record UnixFileStatus(int Mode, uint Owner, uint Links, ulong Device, long Written)
{
    private const int TypeBits = 0xF000;
    private const int Folder = 0x4000;
    private const int RegularFile = 0x8000;
    private const int Link = 0xA000;
    private const int WritableForOthers = 0x12;
    private const int OwnersRights = 0x1C0;

    public bool IsFolder => (Mode & TypeBits) == Folder;

    public bool IsLink => (Mode & TypeBits) == Link;

    public bool IsFile => (Mode & TypeBits) == RegularFile;

    /// <summary>Whether it belongs to this process's user and only this user can write to it.</summary>
    public bool IsOwn => Owner == UnixNative.User && (Mode & WritableForOthers) == 0;

    public bool IsLocked => (Mode & OwnersRights) != OwnersRights;
}
