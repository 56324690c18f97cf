using System.IO;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// Files and folders that only their owner can access. On Windows, they inherit the rights of their parent folder.
/// </summary>
internal static class PrivateFiles
{
#if NET
    private const UnixFileMode FolderRights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileRights = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode AllFileRights =
        FileRights | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly System.Lazy<UnixFileMode> s_usualFileRights =
        new(() => AllFileRights & ~(UnixFileMode)UnixNative.ReadMask());

    /// <summary>The rights of a new file of this user by default.</summary>
    public static UnixFileMode UsualFileRights => s_usualFileRights.Value;
#endif

    /// <summary>Creates a folder.</summary>
    /// <param name="path">The path of the folder.</param>
    /// <param name="isHidden">Whether the folder is hidden on Windows.</param>
    public static void CreateFolder(string path, bool isHidden = false)
    {
#if NET
        if (!System.OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, FolderRights);
            return;
        }
#endif
        DirectoryInfo folder = Directory.CreateDirectory(path);
        if (isHidden)
        {
            folder.Attributes |= FileAttributes.Hidden;
        }
    }

    /// <summary>Opens or creates a file, and restricts it to its owner.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
#if NET
        if (!System.OperatingSystem.IsWindows())
        {
            var options = new FileStreamOptions
            {
                Mode = mode, Access = access, Share = share, BufferSize = 0,

                // .NET rejects this option for a mode that cannot create a file.
                UnixCreateMode = mode == FileMode.Open ? null : FileRights,
            };
            var stream = new FileStream(path, options);
            try
            {
                File.SetUnixFileMode(stream.SafeFileHandle, FileRights);
                return stream;
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
#endif
        return new FileStream(path, mode, access, share, bufferSize: 1);
    }
}
