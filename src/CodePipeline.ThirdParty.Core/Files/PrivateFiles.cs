using System.IO;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// Files and folders that only their owner may look into. On Windows they have the rights of the folder that they are
/// in.
/// </summary>
internal static class PrivateFiles
{
#if NET
    private const UnixFileMode FolderRights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileRights = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode AllFileRights =
        FileRights | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly System.Lazy<UnixFileMode> s_usualFileRights =
        new(() => AllFileRights & ~(UnixFileMode)UnixNative.ReadMask());

    /// <summary>The rights that a file of this user has where nobody asks for others.</summary>
    public static UnixFileMode UsualFileRights => s_usualFileRights.Value;
#endif

    /// <summary>Makes a folder; hidden on Windows where that is asked for.</summary>
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

    /// <summary>Opens a file; one that is made here, or was there already, is the owner's only.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
#if NET
        if (!System.OperatingSystem.IsWindows())
        {
            var options = new FileStreamOptions
            {
                Mode = mode, Access = access, Share = share, BufferSize = 0,

                // Refused where nothing can be made.
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
